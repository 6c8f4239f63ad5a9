-- made by MLflow 2.22.5
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0584bdc529eb');
CREATE TABLE "datasets" (
	dataset_uuid VARCHAR(36) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	name VARCHAR(500) NOT NULL, 
	digest VARCHAR(36) NOT NULL, 
	dataset_source_type VARCHAR(36) NOT NULL, 
	dataset_source TEXT NOT NULL, 
	dataset_schema TEXT, 
	dataset_profile TEXT, 
	CONSTRAINT dataset_pk PRIMARY KEY (experiment_id, name, digest), 
	CONSTRAINT fk_datasets_experiment_id_experiments FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id) ON DELETE CASCADE
);
INSERT INTO "datasets" VALUES('3f2b770fab654a1a8c19f8e44ca680d1',1,'train','abc123','local','{"uri": "data.csv"}','{"mlflow_colspec": []}','{}');
INSERT INTO "datasets" VALUES('eeab2df4f7b1458cbd8166efcb950b94',1,'eval','def456','local','{}',NULL,NULL);
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
INSERT INTO "experiments" VALUES(0,'Default','/srv/mlflow/mlruns/0','active',1795931183036,1795931183036);
INSERT INTO "experiments" VALUES(1,'first','/srv/mlflow/mlruns/1','active',1795931183062,1795931183062);
INSERT INTO "experiments" VALUES(2,'empty','/srv/mlflow/mlruns/2','active',1795931183103,1795931183103);
INSERT INTO "experiments" VALUES(3,'gone','/srv/mlflow/mlruns/3','deleted',1795931183136,1795931183238);
CREATE TABLE input_tags (
	input_uuid VARCHAR(36) NOT NULL, 
	name VARCHAR(255) NOT NULL, 
	value VARCHAR(500) NOT NULL, 
	CONSTRAINT input_tags_pk PRIMARY KEY (input_uuid, name)
);
INSERT INTO "input_tags" VALUES('9eedc75e2aaf4792ab5cea346bd99491','mlflow.data.context','training');
CREATE TABLE inputs (
	input_uuid VARCHAR(36) NOT NULL, 
	source_type VARCHAR(36) NOT NULL, 
	source_id VARCHAR(36) NOT NULL, 
	destination_type VARCHAR(36) NOT NULL, 
	destination_id VARCHAR(36) NOT NULL, 
	CONSTRAINT inputs_pk PRIMARY KEY (source_type, source_id, destination_type, destination_id)
);
INSERT INTO "inputs" VALUES('9eedc75e2aaf4792ab5cea346bd99491','DATASET','3f2b770fab654a1a8c19f8e44ca680d1','RUN','8c75e8854f884639bd70cc4ee7e4dc47');
INSERT INTO "inputs" VALUES('ef1328d55b234960a6676a51549735cd','DATASET','eeab2df4f7b1458cbd8166efcb950b94','RUN','8c75e8854f884639bd70cc4ee7e4dc47');
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
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'8c75e8854f884639bd70cc4ee7e4dc47');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'8c75e8854f884639bd70cc4ee7e4dc47');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'8c75e8854f884639bd70cc4ee7e4dc47');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'8c75e8854f884639bd70cc4ee7e4dc47');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'8c75e8854f884639bd70cc4ee7e4dc47');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'221addcfe1fc4d6aa0ee707ed665b5e2');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'221addcfe1fc4d6aa0ee707ed665b5e2');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'221addcfe1fc4d6aa0ee707ed665b5e2');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'221addcfe1fc4d6aa0ee707ed665b5e2');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'221addcfe1fc4d6aa0ee707ed665b5e2');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'8be4cc79df954f9c8171476d575bdc21');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'8be4cc79df954f9c8171476d575bdc21');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'8be4cc79df954f9c8171476d575bdc21');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'8be4cc79df954f9c8171476d575bdc21');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'8be4cc79df954f9c8171476d575bdc21');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'ee9f61bf61654223847c0e63cc11adf4');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'ee9f61bf61654223847c0e63cc11adf4');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'ee9f61bf61654223847c0e63cc11adf4');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'ee9f61bf61654223847c0e63cc11adf4');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'ee9f61bf61654223847c0e63cc11adf4');
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
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'8c75e8854f884639bd70cc4ee7e4dc47',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'8c75e8854f884639bd70cc4ee7e4dc47',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'8c75e8854f884639bd70cc4ee7e4dc47',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'8c75e8854f884639bd70cc4ee7e4dc47',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'8c75e8854f884639bd70cc4ee7e4dc47',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'8c75e8854f884639bd70cc4ee7e4dc47',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'8c75e8854f884639bd70cc4ee7e4dc47',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'8c75e8854f884639bd70cc4ee7e4dc47',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'8c75e8854f884639bd70cc4ee7e4dc47',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'8c75e8854f884639bd70cc4ee7e4dc47',7,0);
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'221addcfe1fc4d6aa0ee707ed665b5e2',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'221addcfe1fc4d6aa0ee707ed665b5e2',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'221addcfe1fc4d6aa0ee707ed665b5e2',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'221addcfe1fc4d6aa0ee707ed665b5e2',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'221addcfe1fc4d6aa0ee707ed665b5e2',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'221addcfe1fc4d6aa0ee707ed665b5e2',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'221addcfe1fc4d6aa0ee707ed665b5e2',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'221addcfe1fc4d6aa0ee707ed665b5e2',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'221addcfe1fc4d6aa0ee707ed665b5e2',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'221addcfe1fc4d6aa0ee707ed665b5e2',7,0);
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'8be4cc79df954f9c8171476d575bdc21',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'8be4cc79df954f9c8171476d575bdc21',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'8be4cc79df954f9c8171476d575bdc21',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'8be4cc79df954f9c8171476d575bdc21',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'8be4cc79df954f9c8171476d575bdc21',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'8be4cc79df954f9c8171476d575bdc21',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'8be4cc79df954f9c8171476d575bdc21',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'8be4cc79df954f9c8171476d575bdc21',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'8be4cc79df954f9c8171476d575bdc21',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'8be4cc79df954f9c8171476d575bdc21',7,0);
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'ee9f61bf61654223847c0e63cc11adf4',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'ee9f61bf61654223847c0e63cc11adf4',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'ee9f61bf61654223847c0e63cc11adf4',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'ee9f61bf61654223847c0e63cc11adf4',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'ee9f61bf61654223847c0e63cc11adf4',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'ee9f61bf61654223847c0e63cc11adf4',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'ee9f61bf61654223847c0e63cc11adf4',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'ee9f61bf61654223847c0e63cc11adf4',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'ee9f61bf61654223847c0e63cc11adf4',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'ee9f61bf61654223847c0e63cc11adf4',7,0);
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
INSERT INTO "model_versions" VALUES('churn',1,1795931184391,1795931184686,'v0',NULL,'Production','file:///srv/model/0','8c75e8854f884639bd70cc4ee7e4dc47','READY',NULL,NULL,'file:///srv/model/0');
INSERT INTO "model_versions" VALUES('churn',2,1795931184459,1795931184459,'v1',NULL,'None','file:///srv/model/1','8c75e8854f884639bd70cc4ee7e4dc47','READY',NULL,NULL,'file:///srv/model/1');
INSERT INTO "model_versions" VALUES('churn',3,1795931184507,1795931184788,NULL,NULL,'Deleted_Internal','REDACTED-SOURCE-PATH','REDACTED-RUN-ID','READY',NULL,'REDACTED-RUN-LINK','file:///srv/model/2');
INSERT INTO "model_versions" VALUES('Upper',1,1795931184743,1795931184743,NULL,NULL,'None','file:///srv/model/x',NULL,'READY',NULL,NULL,'file:///srv/model/x');
CREATE TABLE "params" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000) NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT param_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
INSERT INTO "params" VALUES('lr','0.0','8c75e8854f884639bd70cc4ee7e4dc47');
INSERT INTO "params" VALUES('empty','','8c75e8854f884639bd70cc4ee7e4dc47');
INSERT INTO "params" VALUES('lr','0.1','221addcfe1fc4d6aa0ee707ed665b5e2');
INSERT INTO "params" VALUES('empty','','221addcfe1fc4d6aa0ee707ed665b5e2');
INSERT INTO "params" VALUES('lr','0.2','8be4cc79df954f9c8171476d575bdc21');
INSERT INTO "params" VALUES('empty','','8be4cc79df954f9c8171476d575bdc21');
INSERT INTO "params" VALUES('lr','0.3','ee9f61bf61654223847c0e63cc11adf4');
INSERT INTO "params" VALUES('empty','','ee9f61bf61654223847c0e63cc11adf4');
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
INSERT INTO "registered_models" VALUES('churn',1795931184268,1795931184788,'A model');
INSERT INTO "registered_models" VALUES('bare',1795931184317,1795931184317,NULL);
INSERT INTO "registered_models" VALUES('Upper',1795931184355,1795931184743,NULL);
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
	CONSTRAINT runs_lifecycle_stage CHECK (lifecycle_stage IN ('active', 'deleted')), 
	CONSTRAINT source_type CHECK (source_type IN ('NOTEBOOK', 'JOB', 'LOCAL', 'UNKNOWN', 'PROJECT')), 
	FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id), 
	CHECK (status IN ('SCHEDULED', 'FAILED', 'FINISHED', 'RUNNING', 'KILLED'))
);
INSERT INTO "runs" VALUES('cb8877d27bf64b1b8ef2e7a802942d21','in the deleted one','UNKNOWN','','','unknown','RUNNING',1700000000000,NULL,'','deleted','/srv/mlflow/mlruns/3/cb8877d27bf64b1b8ef2e7a802942d21/artifacts',3,1795931183248);
INSERT INTO "runs" VALUES('88580423820241c38fa968c9640d465b','parent','UNKNOWN','','','unknown','RUNNING',1700000000000,NULL,'','active','/srv/mlflow/mlruns/1/88580423820241c38fa968c9640d465b/artifacts',1,NULL);
INSERT INTO "runs" VALUES('8c75e8854f884639bd70cc4ee7e4dc47','child 0','UNKNOWN','','','ada','FINISHED',1700000000000,1700000005000,'','active','/srv/mlflow/mlruns/1/8c75e8854f884639bd70cc4ee7e4dc47/artifacts',1,NULL);
INSERT INTO "runs" VALUES('221addcfe1fc4d6aa0ee707ed665b5e2','child 1','UNKNOWN','','','ada','FINISHED',1700000000000,1700000005000,'','active','/srv/mlflow/mlruns/1/221addcfe1fc4d6aa0ee707ed665b5e2/artifacts',1,NULL);
INSERT INTO "runs" VALUES('8be4cc79df954f9c8171476d575bdc21','child 2','UNKNOWN','','','ada','FAILED',1700000000001,1700000005000,'','active','/srv/mlflow/mlruns/1/8be4cc79df954f9c8171476d575bdc21/artifacts',1,NULL);
INSERT INTO "runs" VALUES('ee9f61bf61654223847c0e63cc11adf4','child 3','UNKNOWN','','','ada','FINISHED',1700000000001,1700000005000,'','active','/srv/mlflow/mlruns/1/ee9f61bf61654223847c0e63cc11adf4/artifacts',1,NULL);
INSERT INTO "runs" VALUES('58e786686a8a46f78fa17cda7db85927','deleted','UNKNOWN','','','unknown','RUNNING',1700000000009,NULL,'','deleted','/srv/mlflow/mlruns/1/58e786686a8a46f78fa17cda7db85927/artifacts',1,1795931184121);
INSERT INTO "runs" VALUES('aee37c1ffe83413787948607acad1080','suave-calf-790','UNKNOWN','','','unknown','RUNNING',1700000000008,NULL,'','active','/srv/mlflow/mlruns/1/aee37c1ffe83413787948607acad1080/artifacts',1,NULL);
CREATE TABLE "tags" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000), 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT tag_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
INSERT INTO "tags" VALUES('mlflow.runName','in the deleted one','cb8877d27bf64b1b8ef2e7a802942d21');
INSERT INTO "tags" VALUES('mlflow.runName','parent','88580423820241c38fa968c9640d465b');
INSERT INTO "tags" VALUES('mlflow.parentRunId','88580423820241c38fa968c9640d465b','8c75e8854f884639bd70cc4ee7e4dc47');
INSERT INTO "tags" VALUES('mlflow.user','ada','8c75e8854f884639bd70cc4ee7e4dc47');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','8c75e8854f884639bd70cc4ee7e4dc47');
INSERT INTO "tags" VALUES('mlflow.runName','child 0','8c75e8854f884639bd70cc4ee7e4dc47');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','8c75e8854f884639bd70cc4ee7e4dc47');
INSERT INTO "tags" VALUES('mlflow.parentRunId','88580423820241c38fa968c9640d465b','221addcfe1fc4d6aa0ee707ed665b5e2');
INSERT INTO "tags" VALUES('mlflow.user','ada','221addcfe1fc4d6aa0ee707ed665b5e2');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','221addcfe1fc4d6aa0ee707ed665b5e2');
INSERT INTO "tags" VALUES('mlflow.runName','child 1','221addcfe1fc4d6aa0ee707ed665b5e2');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','221addcfe1fc4d6aa0ee707ed665b5e2');
INSERT INTO "tags" VALUES('mlflow.parentRunId','88580423820241c38fa968c9640d465b','8be4cc79df954f9c8171476d575bdc21');
INSERT INTO "tags" VALUES('mlflow.user','ada','8be4cc79df954f9c8171476d575bdc21');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','8be4cc79df954f9c8171476d575bdc21');
INSERT INTO "tags" VALUES('mlflow.runName','child 2','8be4cc79df954f9c8171476d575bdc21');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','8be4cc79df954f9c8171476d575bdc21');
INSERT INTO "tags" VALUES('mlflow.parentRunId','88580423820241c38fa968c9640d465b','ee9f61bf61654223847c0e63cc11adf4');
INSERT INTO "tags" VALUES('mlflow.user','ada','ee9f61bf61654223847c0e63cc11adf4');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','ee9f61bf61654223847c0e63cc11adf4');
INSERT INTO "tags" VALUES('mlflow.runName','child 3','ee9f61bf61654223847c0e63cc11adf4');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','ee9f61bf61654223847c0e63cc11adf4');
INSERT INTO "tags" VALUES('mlflow.runName','deleted','58e786686a8a46f78fa17cda7db85927');
INSERT INTO "tags" VALUES('mlflow.runName','suave-calf-790','aee37c1ffe83413787948607acad1080');
CREATE TABLE trace_info (
	request_id VARCHAR(50) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	timestamp_ms BIGINT NOT NULL, 
	execution_time_ms BIGINT, 
	status VARCHAR(50) NOT NULL, 
	CONSTRAINT trace_info_pk PRIMARY KEY (request_id), 
	CONSTRAINT fk_trace_info_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id)
);
CREATE TABLE "trace_request_metadata" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000), 
	request_id VARCHAR(50) NOT NULL, 
	CONSTRAINT trace_request_metadata_pk PRIMARY KEY ("key", request_id), 
	CONSTRAINT fk_trace_request_metadata_request_id FOREIGN KEY(request_id) REFERENCES trace_info (request_id) ON DELETE CASCADE
);
CREATE TABLE "trace_tags" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000), 
	request_id VARCHAR(50) NOT NULL, 
	CONSTRAINT trace_tag_pk PRIMARY KEY ("key", request_id), 
	CONSTRAINT fk_trace_tags_request_id FOREIGN KEY(request_id) REFERENCES trace_info (request_id) ON DELETE CASCADE
);
CREATE INDEX index_metrics_run_uuid ON metrics (run_uuid);
CREATE INDEX index_latest_metrics_run_uuid ON latest_metrics (run_uuid);
CREATE INDEX index_inputs_input_uuid ON inputs (input_uuid);
CREATE INDEX index_inputs_destination_type_destination_id_source_type ON inputs (destination_type, destination_id, source_type);
CREATE INDEX index_params_run_uuid ON params (run_uuid);
CREATE INDEX index_trace_info_experiment_id_timestamp_ms ON trace_info (experiment_id, timestamp_ms);
CREATE INDEX index_trace_tags_request_id ON trace_tags (request_id);
CREATE INDEX index_trace_request_metadata_request_id ON trace_request_metadata (request_id);
CREATE INDEX index_tags_run_uuid ON tags (run_uuid);
CREATE INDEX index_datasets_dataset_uuid ON datasets (dataset_uuid);
CREATE INDEX index_datasets_experiment_id_dataset_source_type ON datasets (experiment_id, dataset_source_type);
COMMIT;
