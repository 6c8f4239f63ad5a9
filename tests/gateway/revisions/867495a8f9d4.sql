-- made by MLflow 2.13.0
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('867495a8f9d4');
CREATE TABLE datasets (
	dataset_uuid VARCHAR(36) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	name VARCHAR(500) NOT NULL, 
	digest VARCHAR(36) NOT NULL, 
	dataset_source_type VARCHAR(36) NOT NULL, 
	dataset_source TEXT NOT NULL, 
	dataset_schema TEXT, 
	dataset_profile TEXT, 
	CONSTRAINT dataset_pk PRIMARY KEY (experiment_id, name, digest), 
	FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id)
);
INSERT INTO "datasets" VALUES('37d12999f55248b6b5c8580b9dda9e3b',1,'train','abc123','local','{"uri": "data.csv"}','{"mlflow_colspec": []}','{}');
INSERT INTO "datasets" VALUES('7beba515591c4f6281d40d555eb694cb',1,'eval','def456','local','{}',NULL,NULL);
CREATE TABLE experiment_tags (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(5000), 
	experiment_id INTEGER NOT NULL, 
	CONSTRAINT experiment_tag_pk PRIMARY KEY ("key", experiment_id), 
	FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id)
);
INSERT INTO "experiment_tags" VALUES('team','red',1);
INSERT INTO "experiment_tags" VALUES('mlflow.note.content','# First
''quoted''',1);
CREATE TABLE experiments (
	experiment_id INTEGER NOT NULL, 
	name VARCHAR(256) NOT NULL, 
	artifact_location VARCHAR(256), 
	lifecycle_stage VARCHAR(32), creation_time BIGINT, last_update_time BIGINT, 
	CONSTRAINT experiment_pk PRIMARY KEY (experiment_id), 
	CONSTRAINT experiments_lifecycle_stage CHECK (lifecycle_stage IN ('active', 'deleted')), 
	UNIQUE (name)
);
INSERT INTO "experiments" VALUES(0,'Default','/srv/mlflow/mlruns/0','active',1795931098499,1795931098499);
INSERT INTO "experiments" VALUES(1,'first','/srv/mlflow/mlruns/1','active',1795931098520,1795931098520);
INSERT INTO "experiments" VALUES(2,'empty','/srv/mlflow/mlruns/2','active',1795931098545,1795931098545);
INSERT INTO "experiments" VALUES(3,'gone','/srv/mlflow/mlruns/3','deleted',1795931098568,1795931098623);
CREATE TABLE input_tags (
	input_uuid VARCHAR(36) NOT NULL, 
	name VARCHAR(255) NOT NULL, 
	value VARCHAR(500) NOT NULL, 
	CONSTRAINT input_tags_pk PRIMARY KEY (input_uuid, name)
);
INSERT INTO "input_tags" VALUES('fab833442ca64bd5a882b78634c03a4e','mlflow.data.context','training');
CREATE TABLE inputs (
	input_uuid VARCHAR(36) NOT NULL, 
	source_type VARCHAR(36) NOT NULL, 
	source_id VARCHAR(36) NOT NULL, 
	destination_type VARCHAR(36) NOT NULL, 
	destination_id VARCHAR(36) NOT NULL, 
	CONSTRAINT inputs_pk PRIMARY KEY (source_type, source_id, destination_type, destination_id)
);
INSERT INTO "inputs" VALUES('fab833442ca64bd5a882b78634c03a4e','DATASET','37d12999f55248b6b5c8580b9dda9e3b','RUN','d7b3f51be6be421cba0e48a7c7c61e18');
INSERT INTO "inputs" VALUES('11d8df0eccee473e872e81bb55c07f7d','DATASET','7beba515591c4f6281d40d555eb694cb','RUN','d7b3f51be6be421cba0e48a7c7c61e18');
CREATE TABLE "latest_metrics" (
	"key" VARCHAR(250) NOT NULL, 
	value FLOAT NOT NULL, 
	timestamp BIGINT, 
	step BIGINT NOT NULL, 
	is_nan BOOLEAN NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT latest_metric_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid), 
	CHECK (is_nan IN (0, 1))
);
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'d7b3f51be6be421cba0e48a7c7c61e18');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'d7b3f51be6be421cba0e48a7c7c61e18');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'d7b3f51be6be421cba0e48a7c7c61e18');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'d7b3f51be6be421cba0e48a7c7c61e18');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'d7b3f51be6be421cba0e48a7c7c61e18');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'fe99310e3f924bfea96bc0bbc8934714');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'fe99310e3f924bfea96bc0bbc8934714');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'fe99310e3f924bfea96bc0bbc8934714');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'fe99310e3f924bfea96bc0bbc8934714');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'fe99310e3f924bfea96bc0bbc8934714');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'f2b8dd7438b041c5804325545fd06ade');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'f2b8dd7438b041c5804325545fd06ade');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'f2b8dd7438b041c5804325545fd06ade');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'f2b8dd7438b041c5804325545fd06ade');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'f2b8dd7438b041c5804325545fd06ade');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'83a6a938ca71418ab6163146ce561ace');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'83a6a938ca71418ab6163146ce561ace');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'83a6a938ca71418ab6163146ce561ace');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'83a6a938ca71418ab6163146ce561ace');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'83a6a938ca71418ab6163146ce561ace');
CREATE TABLE "metrics" (
	"key" VARCHAR(250) NOT NULL, 
	value FLOAT NOT NULL, 
	timestamp BIGINT NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	step BIGINT DEFAULT '0' NOT NULL, 
	is_nan BOOLEAN DEFAULT '0' NOT NULL, 
	CONSTRAINT metric_pk PRIMARY KEY ("key", timestamp, step, run_uuid, value, is_nan), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid), 
	CHECK (is_nan IN (0, 1))
);
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'d7b3f51be6be421cba0e48a7c7c61e18',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'d7b3f51be6be421cba0e48a7c7c61e18',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'d7b3f51be6be421cba0e48a7c7c61e18',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'d7b3f51be6be421cba0e48a7c7c61e18',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'d7b3f51be6be421cba0e48a7c7c61e18',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'d7b3f51be6be421cba0e48a7c7c61e18',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'d7b3f51be6be421cba0e48a7c7c61e18',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'d7b3f51be6be421cba0e48a7c7c61e18',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'d7b3f51be6be421cba0e48a7c7c61e18',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'d7b3f51be6be421cba0e48a7c7c61e18',7,0);
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'fe99310e3f924bfea96bc0bbc8934714',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'fe99310e3f924bfea96bc0bbc8934714',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'fe99310e3f924bfea96bc0bbc8934714',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'fe99310e3f924bfea96bc0bbc8934714',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'fe99310e3f924bfea96bc0bbc8934714',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'fe99310e3f924bfea96bc0bbc8934714',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'fe99310e3f924bfea96bc0bbc8934714',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'fe99310e3f924bfea96bc0bbc8934714',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'fe99310e3f924bfea96bc0bbc8934714',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'fe99310e3f924bfea96bc0bbc8934714',7,0);
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'f2b8dd7438b041c5804325545fd06ade',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'f2b8dd7438b041c5804325545fd06ade',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'f2b8dd7438b041c5804325545fd06ade',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'f2b8dd7438b041c5804325545fd06ade',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'f2b8dd7438b041c5804325545fd06ade',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'f2b8dd7438b041c5804325545fd06ade',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'f2b8dd7438b041c5804325545fd06ade',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'f2b8dd7438b041c5804325545fd06ade',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'f2b8dd7438b041c5804325545fd06ade',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'f2b8dd7438b041c5804325545fd06ade',7,0);
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'83a6a938ca71418ab6163146ce561ace',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'83a6a938ca71418ab6163146ce561ace',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'83a6a938ca71418ab6163146ce561ace',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'83a6a938ca71418ab6163146ce561ace',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'83a6a938ca71418ab6163146ce561ace',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'83a6a938ca71418ab6163146ce561ace',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'83a6a938ca71418ab6163146ce561ace',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'83a6a938ca71418ab6163146ce561ace',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'83a6a938ca71418ab6163146ce561ace',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'83a6a938ca71418ab6163146ce561ace',7,0);
CREATE TABLE model_version_tags (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(5000), 
	name VARCHAR(256) NOT NULL, 
	version INTEGER NOT NULL, 
	CONSTRAINT model_version_tag_pk PRIMARY KEY ("key", name, version), 
	FOREIGN KEY(name, version) REFERENCES model_versions (name, version) ON UPDATE cascade
);
INSERT INTO "model_version_tags" VALUES('n','0','churn',1);
INSERT INTO "model_version_tags" VALUES('n','1','churn',2);
INSERT INTO "model_version_tags" VALUES('n','2','churn',3);
CREATE TABLE "model_versions" (
	name VARCHAR(256) NOT NULL, 
	version INTEGER NOT NULL, 
	creation_time BIGINT, 
	last_updated_time BIGINT, 
	description VARCHAR(5000), 
	user_id VARCHAR(256), 
	current_stage VARCHAR(20), 
	source VARCHAR(500), 
	run_id VARCHAR(32), 
	status VARCHAR(20), 
	status_message VARCHAR(500), 
	run_link VARCHAR(500), storage_location VARCHAR(500), 
	CONSTRAINT model_version_pk PRIMARY KEY (name, version), 
	FOREIGN KEY(name) REFERENCES registered_models (name) ON UPDATE CASCADE
);
INSERT INTO "model_versions" VALUES('churn',1,1795931099369,1795931099505,'v0',NULL,'Production','file:///srv/model/0','d7b3f51be6be421cba0e48a7c7c61e18','READY',NULL,NULL,'file:///srv/model/0');
INSERT INTO "model_versions" VALUES('churn',2,1795931099401,1795931099401,'v1',NULL,'None','file:///srv/model/1','d7b3f51be6be421cba0e48a7c7c61e18','READY',NULL,NULL,'file:///srv/model/1');
INSERT INTO "model_versions" VALUES('churn',3,1795931099429,1795931099564,NULL,NULL,'Deleted_Internal','REDACTED-SOURCE-PATH','REDACTED-RUN-ID','READY',NULL,'REDACTED-RUN-LINK','file:///srv/model/2');
INSERT INTO "model_versions" VALUES('Upper',1,1795931099537,1795931099537,NULL,NULL,'None','file:///srv/model/x',NULL,'READY',NULL,NULL,'file:///srv/model/x');
CREATE TABLE "params" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000) NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT param_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
INSERT INTO "params" VALUES('lr','0.0','d7b3f51be6be421cba0e48a7c7c61e18');
INSERT INTO "params" VALUES('empty','','d7b3f51be6be421cba0e48a7c7c61e18');
INSERT INTO "params" VALUES('lr','0.1','fe99310e3f924bfea96bc0bbc8934714');
INSERT INTO "params" VALUES('empty','','fe99310e3f924bfea96bc0bbc8934714');
INSERT INTO "params" VALUES('lr','0.2','f2b8dd7438b041c5804325545fd06ade');
INSERT INTO "params" VALUES('empty','','f2b8dd7438b041c5804325545fd06ade');
INSERT INTO "params" VALUES('lr','0.3','83a6a938ca71418ab6163146ce561ace');
INSERT INTO "params" VALUES('empty','','83a6a938ca71418ab6163146ce561ace');
CREATE TABLE registered_model_aliases (
	alias VARCHAR(256) NOT NULL, 
	version INTEGER NOT NULL, 
	name VARCHAR(256) NOT NULL, 
	CONSTRAINT registered_model_alias_pk PRIMARY KEY (name, alias), 
	CONSTRAINT registered_model_alias_name_fkey FOREIGN KEY(name) REFERENCES registered_models (name) ON DELETE cascade ON UPDATE cascade
);
INSERT INTO "registered_model_aliases" VALUES('champion',2,'churn');
INSERT INTO "registered_model_aliases" VALUES('blue',2,'churn');
CREATE TABLE registered_model_tags (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(5000), 
	name VARCHAR(256) NOT NULL, 
	CONSTRAINT registered_model_tag_pk PRIMARY KEY ("key", name), 
	FOREIGN KEY(name) REFERENCES registered_models (name) ON UPDATE cascade
);
INSERT INTO "registered_model_tags" VALUES('owner','ada','churn');
CREATE TABLE registered_models (
	name VARCHAR(256) NOT NULL, 
	creation_time BIGINT, 
	last_updated_time BIGINT, 
	description VARCHAR(5000), 
	CONSTRAINT registered_model_pk PRIMARY KEY (name), 
	UNIQUE (name)
);
INSERT INTO "registered_models" VALUES('churn',1795931099293,1795931099564,'A model');
INSERT INTO "registered_models" VALUES('bare',1795931099328,1795931099328,NULL);
INSERT INTO "registered_models" VALUES('Upper',1795931099341,1795931099537,NULL);
CREATE TABLE "runs" (
	run_uuid VARCHAR(32) NOT NULL, 
	name VARCHAR(250), 
	source_type VARCHAR(20), 
	source_name VARCHAR(500), 
	entry_point_name VARCHAR(50), 
	user_id VARCHAR(256), 
	status VARCHAR(9), 
	start_time BIGINT, 
	end_time BIGINT, 
	source_version VARCHAR(50), 
	lifecycle_stage VARCHAR(20), 
	artifact_uri VARCHAR(200), 
	experiment_id INTEGER, deleted_time BIGINT, 
	CONSTRAINT run_pk PRIMARY KEY (run_uuid), 
	CONSTRAINT source_type CHECK (source_type IN ('NOTEBOOK', 'JOB', 'LOCAL', 'UNKNOWN', 'PROJECT')), 
	CONSTRAINT runs_lifecycle_stage CHECK (lifecycle_stage IN ('active', 'deleted')), 
	FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id), 
	CHECK (status IN ('SCHEDULED', 'FAILED', 'FINISHED', 'RUNNING', 'KILLED'))
);
INSERT INTO "runs" VALUES('8f0478d3a21041c7a1b4ef40d80e0d32','in the deleted one','UNKNOWN','','','unknown','RUNNING',1700000000000,NULL,'','deleted','/srv/mlflow/mlruns/3/8f0478d3a21041c7a1b4ef40d80e0d32/artifacts',3,1795931098625);
INSERT INTO "runs" VALUES('32ddbf25303f484dac6fda5a8aec494c','parent','UNKNOWN','','','unknown','RUNNING',1700000000000,NULL,'','active','/srv/mlflow/mlruns/1/32ddbf25303f484dac6fda5a8aec494c/artifacts',1,NULL);
INSERT INTO "runs" VALUES('d7b3f51be6be421cba0e48a7c7c61e18','child 0','UNKNOWN','','','ada','FINISHED',1700000000000,1700000005000,'','active','/srv/mlflow/mlruns/1/d7b3f51be6be421cba0e48a7c7c61e18/artifacts',1,NULL);
INSERT INTO "runs" VALUES('fe99310e3f924bfea96bc0bbc8934714','child 1','UNKNOWN','','','ada','FINISHED',1700000000000,1700000005000,'','active','/srv/mlflow/mlruns/1/fe99310e3f924bfea96bc0bbc8934714/artifacts',1,NULL);
INSERT INTO "runs" VALUES('f2b8dd7438b041c5804325545fd06ade','child 2','UNKNOWN','','','ada','FAILED',1700000000001,1700000005000,'','active','/srv/mlflow/mlruns/1/f2b8dd7438b041c5804325545fd06ade/artifacts',1,NULL);
INSERT INTO "runs" VALUES('83a6a938ca71418ab6163146ce561ace','child 3','UNKNOWN','','','ada','FINISHED',1700000000001,1700000005000,'','active','/srv/mlflow/mlruns/1/83a6a938ca71418ab6163146ce561ace/artifacts',1,NULL);
INSERT INTO "runs" VALUES('29f03e393c5c44e7af7dc326dc91e397','deleted','UNKNOWN','','','unknown','RUNNING',1700000000009,NULL,'','deleted','/srv/mlflow/mlruns/1/29f03e393c5c44e7af7dc326dc91e397/artifacts',1,1795931099197);
INSERT INTO "runs" VALUES('61beaa9875234193b0d34f01da2a851d','stylish-shoat-478','UNKNOWN','','','unknown','RUNNING',1700000000008,NULL,'','active','/srv/mlflow/mlruns/1/61beaa9875234193b0d34f01da2a851d/artifacts',1,NULL);
CREATE TABLE "tags" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(5000), 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT tag_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
INSERT INTO "tags" VALUES('mlflow.runName','in the deleted one','8f0478d3a21041c7a1b4ef40d80e0d32');
INSERT INTO "tags" VALUES('mlflow.runName','parent','32ddbf25303f484dac6fda5a8aec494c');
INSERT INTO "tags" VALUES('mlflow.parentRunId','32ddbf25303f484dac6fda5a8aec494c','d7b3f51be6be421cba0e48a7c7c61e18');
INSERT INTO "tags" VALUES('mlflow.user','ada','d7b3f51be6be421cba0e48a7c7c61e18');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','d7b3f51be6be421cba0e48a7c7c61e18');
INSERT INTO "tags" VALUES('mlflow.runName','child 0','d7b3f51be6be421cba0e48a7c7c61e18');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','d7b3f51be6be421cba0e48a7c7c61e18');
INSERT INTO "tags" VALUES('mlflow.parentRunId','32ddbf25303f484dac6fda5a8aec494c','fe99310e3f924bfea96bc0bbc8934714');
INSERT INTO "tags" VALUES('mlflow.user','ada','fe99310e3f924bfea96bc0bbc8934714');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','fe99310e3f924bfea96bc0bbc8934714');
INSERT INTO "tags" VALUES('mlflow.runName','child 1','fe99310e3f924bfea96bc0bbc8934714');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','fe99310e3f924bfea96bc0bbc8934714');
INSERT INTO "tags" VALUES('mlflow.parentRunId','32ddbf25303f484dac6fda5a8aec494c','f2b8dd7438b041c5804325545fd06ade');
INSERT INTO "tags" VALUES('mlflow.user','ada','f2b8dd7438b041c5804325545fd06ade');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','f2b8dd7438b041c5804325545fd06ade');
INSERT INTO "tags" VALUES('mlflow.runName','child 2','f2b8dd7438b041c5804325545fd06ade');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','f2b8dd7438b041c5804325545fd06ade');
INSERT INTO "tags" VALUES('mlflow.parentRunId','32ddbf25303f484dac6fda5a8aec494c','83a6a938ca71418ab6163146ce561ace');
INSERT INTO "tags" VALUES('mlflow.user','ada','83a6a938ca71418ab6163146ce561ace');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','83a6a938ca71418ab6163146ce561ace');
INSERT INTO "tags" VALUES('mlflow.runName','child 3','83a6a938ca71418ab6163146ce561ace');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','83a6a938ca71418ab6163146ce561ace');
INSERT INTO "tags" VALUES('mlflow.runName','deleted','29f03e393c5c44e7af7dc326dc91e397');
INSERT INTO "tags" VALUES('mlflow.runName','stylish-shoat-478','61beaa9875234193b0d34f01da2a851d');
CREATE TABLE trace_info (
	request_id VARCHAR(50) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	timestamp_ms BIGINT NOT NULL, 
	execution_time_ms BIGINT, 
	status VARCHAR(50) NOT NULL, 
	CONSTRAINT trace_info_pk PRIMARY KEY (request_id), 
	CONSTRAINT fk_trace_info_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id)
);
CREATE TABLE trace_request_metadata (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000), 
	request_id VARCHAR(50) NOT NULL, 
	CONSTRAINT trace_request_metadata_pk PRIMARY KEY ("key", request_id), 
	CONSTRAINT fk_trace_request_metadata_request_id FOREIGN KEY(request_id) REFERENCES trace_info (request_id)
);
CREATE TABLE trace_tags (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000), 
	request_id VARCHAR(50) NOT NULL, 
	CONSTRAINT trace_tag_pk PRIMARY KEY ("key", request_id), 
	CONSTRAINT fk_trace_tags_request_id FOREIGN KEY(request_id) REFERENCES trace_info (request_id)
);
CREATE INDEX index_metrics_run_uuid ON metrics (run_uuid);
CREATE INDEX index_latest_metrics_run_uuid ON latest_metrics (run_uuid);
CREATE INDEX index_tags_run_uuid ON tags (run_uuid);
CREATE INDEX index_datasets_dataset_uuid ON datasets (dataset_uuid);
CREATE INDEX index_datasets_experiment_id_dataset_source_type ON datasets (experiment_id, dataset_source_type);
CREATE INDEX index_inputs_input_uuid ON inputs (input_uuid);
CREATE INDEX index_inputs_destination_type_destination_id_source_type ON inputs (destination_type, destination_id, source_type);
CREATE INDEX index_params_run_uuid ON params (run_uuid);
CREATE INDEX index_trace_info_experiment_id_timestamp_ms ON trace_info (experiment_id, timestamp_ms);
CREATE INDEX index_trace_tags_request_id ON trace_tags (request_id);
CREATE INDEX index_trace_request_metadata_request_id ON trace_request_metadata (request_id);
COMMIT;
