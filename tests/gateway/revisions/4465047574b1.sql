-- made by MLflow 2.16.2
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('4465047574b1');
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
INSERT INTO "datasets" VALUES('79d1df555a2244839b30a97fae2dd4a0',1,'train','abc123','local','{"uri": "data.csv"}','{"mlflow_colspec": []}','{}');
INSERT INTO "datasets" VALUES('f7a9cbcdc4ff46b38c379f651ec2b7aa',1,'eval','def456','local','{}',NULL,NULL);
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
INSERT INTO "experiments" VALUES(0,'Default','/srv/mlflow/mlruns/0','active',1795931136206,1795931136206);
INSERT INTO "experiments" VALUES(1,'first','/srv/mlflow/mlruns/1','active',1795931136240,1795931136240);
INSERT INTO "experiments" VALUES(2,'empty','/srv/mlflow/mlruns/2','active',1795931136281,1795931136281);
INSERT INTO "experiments" VALUES(3,'gone','/srv/mlflow/mlruns/3','deleted',1795931136301,1795931136394);
CREATE TABLE input_tags (
	input_uuid VARCHAR(36) NOT NULL, 
	name VARCHAR(255) NOT NULL, 
	value VARCHAR(500) NOT NULL, 
	CONSTRAINT input_tags_pk PRIMARY KEY (input_uuid, name)
);
INSERT INTO "input_tags" VALUES('21900917eafa475ba1bd6206631dccba','mlflow.data.context','training');
CREATE TABLE inputs (
	input_uuid VARCHAR(36) NOT NULL, 
	source_type VARCHAR(36) NOT NULL, 
	source_id VARCHAR(36) NOT NULL, 
	destination_type VARCHAR(36) NOT NULL, 
	destination_id VARCHAR(36) NOT NULL, 
	CONSTRAINT inputs_pk PRIMARY KEY (source_type, source_id, destination_type, destination_id)
);
INSERT INTO "inputs" VALUES('21900917eafa475ba1bd6206631dccba','DATASET','79d1df555a2244839b30a97fae2dd4a0','RUN','a8669b23f87743bdb87720219b64338c');
INSERT INTO "inputs" VALUES('7e6e37373076476eb2e6b1baff0972dd','DATASET','f7a9cbcdc4ff46b38c379f651ec2b7aa','RUN','a8669b23f87743bdb87720219b64338c');
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
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'a8669b23f87743bdb87720219b64338c');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'a8669b23f87743bdb87720219b64338c');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'a8669b23f87743bdb87720219b64338c');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'a8669b23f87743bdb87720219b64338c');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'a8669b23f87743bdb87720219b64338c');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'de70f1da18644f5cadb210fad72b152a');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'de70f1da18644f5cadb210fad72b152a');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'de70f1da18644f5cadb210fad72b152a');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'de70f1da18644f5cadb210fad72b152a');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'de70f1da18644f5cadb210fad72b152a');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'f426243a132e4cf6a63e1db8c02fc47a');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'f426243a132e4cf6a63e1db8c02fc47a');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'f426243a132e4cf6a63e1db8c02fc47a');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'f426243a132e4cf6a63e1db8c02fc47a');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'f426243a132e4cf6a63e1db8c02fc47a');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'effd1ca7e0d343f080c6f76f50db255b');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'effd1ca7e0d343f080c6f76f50db255b');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'effd1ca7e0d343f080c6f76f50db255b');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'effd1ca7e0d343f080c6f76f50db255b');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'effd1ca7e0d343f080c6f76f50db255b');
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
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'a8669b23f87743bdb87720219b64338c',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'a8669b23f87743bdb87720219b64338c',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'a8669b23f87743bdb87720219b64338c',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'a8669b23f87743bdb87720219b64338c',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'a8669b23f87743bdb87720219b64338c',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'a8669b23f87743bdb87720219b64338c',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'a8669b23f87743bdb87720219b64338c',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'a8669b23f87743bdb87720219b64338c',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'a8669b23f87743bdb87720219b64338c',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'a8669b23f87743bdb87720219b64338c',7,0);
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'de70f1da18644f5cadb210fad72b152a',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'de70f1da18644f5cadb210fad72b152a',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'de70f1da18644f5cadb210fad72b152a',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'de70f1da18644f5cadb210fad72b152a',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'de70f1da18644f5cadb210fad72b152a',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'de70f1da18644f5cadb210fad72b152a',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'de70f1da18644f5cadb210fad72b152a',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'de70f1da18644f5cadb210fad72b152a',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'de70f1da18644f5cadb210fad72b152a',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'de70f1da18644f5cadb210fad72b152a',7,0);
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'f426243a132e4cf6a63e1db8c02fc47a',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'f426243a132e4cf6a63e1db8c02fc47a',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'f426243a132e4cf6a63e1db8c02fc47a',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'f426243a132e4cf6a63e1db8c02fc47a',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'f426243a132e4cf6a63e1db8c02fc47a',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'f426243a132e4cf6a63e1db8c02fc47a',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'f426243a132e4cf6a63e1db8c02fc47a',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'f426243a132e4cf6a63e1db8c02fc47a',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'f426243a132e4cf6a63e1db8c02fc47a',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'f426243a132e4cf6a63e1db8c02fc47a',7,0);
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'effd1ca7e0d343f080c6f76f50db255b',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'effd1ca7e0d343f080c6f76f50db255b',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'effd1ca7e0d343f080c6f76f50db255b',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'effd1ca7e0d343f080c6f76f50db255b',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'effd1ca7e0d343f080c6f76f50db255b',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'effd1ca7e0d343f080c6f76f50db255b',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'effd1ca7e0d343f080c6f76f50db255b',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'effd1ca7e0d343f080c6f76f50db255b',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'effd1ca7e0d343f080c6f76f50db255b',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'effd1ca7e0d343f080c6f76f50db255b',7,0);
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
INSERT INTO "model_versions" VALUES('churn',1,1795931137467,1795931137601,'v0',NULL,'Production','file:///srv/model/0','a8669b23f87743bdb87720219b64338c','READY',NULL,NULL,'file:///srv/model/0');
INSERT INTO "model_versions" VALUES('churn',2,1795931137505,1795931137505,'v1',NULL,'None','file:///srv/model/1','a8669b23f87743bdb87720219b64338c','READY',NULL,NULL,'file:///srv/model/1');
INSERT INTO "model_versions" VALUES('churn',3,1795931137525,1795931137688,NULL,NULL,'Deleted_Internal','REDACTED-SOURCE-PATH','REDACTED-RUN-ID','READY',NULL,'REDACTED-RUN-LINK','file:///srv/model/2');
INSERT INTO "model_versions" VALUES('Upper',1,1795931137653,1795931137653,NULL,NULL,'None','file:///srv/model/x',NULL,'READY',NULL,NULL,'file:///srv/model/x');
CREATE TABLE "params" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000) NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT param_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
INSERT INTO "params" VALUES('lr','0.0','a8669b23f87743bdb87720219b64338c');
INSERT INTO "params" VALUES('empty','','a8669b23f87743bdb87720219b64338c');
INSERT INTO "params" VALUES('lr','0.1','de70f1da18644f5cadb210fad72b152a');
INSERT INTO "params" VALUES('empty','','de70f1da18644f5cadb210fad72b152a');
INSERT INTO "params" VALUES('lr','0.2','f426243a132e4cf6a63e1db8c02fc47a');
INSERT INTO "params" VALUES('empty','','f426243a132e4cf6a63e1db8c02fc47a');
INSERT INTO "params" VALUES('lr','0.3','effd1ca7e0d343f080c6f76f50db255b');
INSERT INTO "params" VALUES('empty','','effd1ca7e0d343f080c6f76f50db255b');
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
INSERT INTO "registered_models" VALUES('churn',1795931137360,1795931137688,'A model');
INSERT INTO "registered_models" VALUES('bare',1795931137404,1795931137404,NULL);
INSERT INTO "registered_models" VALUES('Upper',1795931137436,1795931137653,NULL);
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
INSERT INTO "runs" VALUES('6bd3971408b44b71bce2e1b829238a11','in the deleted one','UNKNOWN','','','unknown','RUNNING',1700000000000,NULL,'','deleted','/srv/mlflow/mlruns/3/6bd3971408b44b71bce2e1b829238a11/artifacts',3,1795931136401);
INSERT INTO "runs" VALUES('a71abb16ff13415a8740f3b997bfb17f','parent','UNKNOWN','','','unknown','RUNNING',1700000000000,NULL,'','active','/srv/mlflow/mlruns/1/a71abb16ff13415a8740f3b997bfb17f/artifacts',1,NULL);
INSERT INTO "runs" VALUES('a8669b23f87743bdb87720219b64338c','child 0','UNKNOWN','','','ada','FINISHED',1700000000000,1700000005000,'','active','/srv/mlflow/mlruns/1/a8669b23f87743bdb87720219b64338c/artifacts',1,NULL);
INSERT INTO "runs" VALUES('de70f1da18644f5cadb210fad72b152a','child 1','UNKNOWN','','','ada','FINISHED',1700000000000,1700000005000,'','active','/srv/mlflow/mlruns/1/de70f1da18644f5cadb210fad72b152a/artifacts',1,NULL);
INSERT INTO "runs" VALUES('f426243a132e4cf6a63e1db8c02fc47a','child 2','UNKNOWN','','','ada','FAILED',1700000000001,1700000005000,'','active','/srv/mlflow/mlruns/1/f426243a132e4cf6a63e1db8c02fc47a/artifacts',1,NULL);
INSERT INTO "runs" VALUES('effd1ca7e0d343f080c6f76f50db255b','child 3','UNKNOWN','','','ada','FINISHED',1700000000001,1700000005000,'','active','/srv/mlflow/mlruns/1/effd1ca7e0d343f080c6f76f50db255b/artifacts',1,NULL);
INSERT INTO "runs" VALUES('514ed4adf9bb4a5aa24dc23a92c3787f','deleted','UNKNOWN','','','unknown','RUNNING',1700000000009,NULL,'','deleted','/srv/mlflow/mlruns/1/514ed4adf9bb4a5aa24dc23a92c3787f/artifacts',1,1795931137222);
INSERT INTO "runs" VALUES('3589dc5dfd954b85aa504e6d11b5dc23','wistful-ram-931','UNKNOWN','','','unknown','RUNNING',1700000000008,NULL,'','active','/srv/mlflow/mlruns/1/3589dc5dfd954b85aa504e6d11b5dc23/artifacts',1,NULL);
CREATE TABLE "tags" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(5000), 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT tag_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
INSERT INTO "tags" VALUES('mlflow.runName','in the deleted one','6bd3971408b44b71bce2e1b829238a11');
INSERT INTO "tags" VALUES('mlflow.runName','parent','a71abb16ff13415a8740f3b997bfb17f');
INSERT INTO "tags" VALUES('mlflow.parentRunId','a71abb16ff13415a8740f3b997bfb17f','a8669b23f87743bdb87720219b64338c');
INSERT INTO "tags" VALUES('mlflow.user','ada','a8669b23f87743bdb87720219b64338c');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','a8669b23f87743bdb87720219b64338c');
INSERT INTO "tags" VALUES('mlflow.runName','child 0','a8669b23f87743bdb87720219b64338c');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','a8669b23f87743bdb87720219b64338c');
INSERT INTO "tags" VALUES('mlflow.parentRunId','a71abb16ff13415a8740f3b997bfb17f','de70f1da18644f5cadb210fad72b152a');
INSERT INTO "tags" VALUES('mlflow.user','ada','de70f1da18644f5cadb210fad72b152a');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','de70f1da18644f5cadb210fad72b152a');
INSERT INTO "tags" VALUES('mlflow.runName','child 1','de70f1da18644f5cadb210fad72b152a');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','de70f1da18644f5cadb210fad72b152a');
INSERT INTO "tags" VALUES('mlflow.parentRunId','a71abb16ff13415a8740f3b997bfb17f','f426243a132e4cf6a63e1db8c02fc47a');
INSERT INTO "tags" VALUES('mlflow.user','ada','f426243a132e4cf6a63e1db8c02fc47a');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','f426243a132e4cf6a63e1db8c02fc47a');
INSERT INTO "tags" VALUES('mlflow.runName','child 2','f426243a132e4cf6a63e1db8c02fc47a');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','f426243a132e4cf6a63e1db8c02fc47a');
INSERT INTO "tags" VALUES('mlflow.parentRunId','a71abb16ff13415a8740f3b997bfb17f','effd1ca7e0d343f080c6f76f50db255b');
INSERT INTO "tags" VALUES('mlflow.user','ada','effd1ca7e0d343f080c6f76f50db255b');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','effd1ca7e0d343f080c6f76f50db255b');
INSERT INTO "tags" VALUES('mlflow.runName','child 3','effd1ca7e0d343f080c6f76f50db255b');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','effd1ca7e0d343f080c6f76f50db255b');
INSERT INTO "tags" VALUES('mlflow.runName','deleted','514ed4adf9bb4a5aa24dc23a92c3787f');
INSERT INTO "tags" VALUES('mlflow.runName','wistful-ram-931','3589dc5dfd954b85aa504e6d11b5dc23');
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
CREATE INDEX index_tags_run_uuid ON tags (run_uuid);
CREATE INDEX index_datasets_experiment_id_dataset_source_type ON datasets (experiment_id, dataset_source_type);
CREATE INDEX index_datasets_dataset_uuid ON datasets (dataset_uuid);
CREATE INDEX index_inputs_destination_type_destination_id_source_type ON inputs (destination_type, destination_id, source_type);
CREATE INDEX index_inputs_input_uuid ON inputs (input_uuid);
CREATE INDEX index_params_run_uuid ON params (run_uuid);
CREATE INDEX index_trace_info_experiment_id_timestamp_ms ON trace_info (experiment_id, timestamp_ms);
CREATE INDEX index_trace_tags_request_id ON trace_tags (request_id);
CREATE INDEX index_trace_request_metadata_request_id ON trace_request_metadata (request_id);
COMMIT;
