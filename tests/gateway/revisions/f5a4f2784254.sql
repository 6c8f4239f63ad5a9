-- made by MLflow 2.17.2
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('f5a4f2784254');
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
INSERT INTO "datasets" VALUES('88f6d66c1ea2488e9b28547374ccb2ca',1,'train','abc123','local','{"uri": "data.csv"}','{"mlflow_colspec": []}','{}');
INSERT INTO "datasets" VALUES('3852e41d68934c74b7aea3b1bd666343',1,'eval','def456','local','{}',NULL,NULL);
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
INSERT INTO "experiments" VALUES(0,'Default','/srv/mlflow/mlruns/0','active',1795931159604,1795931159604);
INSERT INTO "experiments" VALUES(1,'first','/srv/mlflow/mlruns/1','active',1795931159636,1795931159636);
INSERT INTO "experiments" VALUES(2,'empty','/srv/mlflow/mlruns/2','active',1795931159677,1795931159677);
INSERT INTO "experiments" VALUES(3,'gone','/srv/mlflow/mlruns/3','deleted',1795931159708,1795931159802);
CREATE TABLE input_tags (
	input_uuid VARCHAR(36) NOT NULL, 
	name VARCHAR(255) NOT NULL, 
	value VARCHAR(500) NOT NULL, 
	CONSTRAINT input_tags_pk PRIMARY KEY (input_uuid, name)
);
INSERT INTO "input_tags" VALUES('73514bf23e2648a9be458aadb687f097','mlflow.data.context','training');
CREATE TABLE inputs (
	input_uuid VARCHAR(36) NOT NULL, 
	source_type VARCHAR(36) NOT NULL, 
	source_id VARCHAR(36) NOT NULL, 
	destination_type VARCHAR(36) NOT NULL, 
	destination_id VARCHAR(36) NOT NULL, 
	CONSTRAINT inputs_pk PRIMARY KEY (source_type, source_id, destination_type, destination_id)
);
INSERT INTO "inputs" VALUES('73514bf23e2648a9be458aadb687f097','DATASET','88f6d66c1ea2488e9b28547374ccb2ca','RUN','046b3ee10c344e449790e7bf6c614d42');
INSERT INTO "inputs" VALUES('f817aa776f374ba6927f580f4f2b94f0','DATASET','3852e41d68934c74b7aea3b1bd666343','RUN','046b3ee10c344e449790e7bf6c614d42');
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
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'046b3ee10c344e449790e7bf6c614d42');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'046b3ee10c344e449790e7bf6c614d42');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'046b3ee10c344e449790e7bf6c614d42');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'046b3ee10c344e449790e7bf6c614d42');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'046b3ee10c344e449790e7bf6c614d42');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'ab42d4b177ef4bb8a2a5ffc0e49bdd95');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'ab42d4b177ef4bb8a2a5ffc0e49bdd95');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'ab42d4b177ef4bb8a2a5ffc0e49bdd95');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'ab42d4b177ef4bb8a2a5ffc0e49bdd95');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'ab42d4b177ef4bb8a2a5ffc0e49bdd95');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'82744e0273d746f6a716ed5e944c0674');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'82744e0273d746f6a716ed5e944c0674');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'82744e0273d746f6a716ed5e944c0674');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'82744e0273d746f6a716ed5e944c0674');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'82744e0273d746f6a716ed5e944c0674');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'79187b5688d7464f9bb1f7df226f39c3');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'79187b5688d7464f9bb1f7df226f39c3');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'79187b5688d7464f9bb1f7df226f39c3');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'79187b5688d7464f9bb1f7df226f39c3');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'79187b5688d7464f9bb1f7df226f39c3');
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
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'046b3ee10c344e449790e7bf6c614d42',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'046b3ee10c344e449790e7bf6c614d42',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'046b3ee10c344e449790e7bf6c614d42',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'046b3ee10c344e449790e7bf6c614d42',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'046b3ee10c344e449790e7bf6c614d42',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'046b3ee10c344e449790e7bf6c614d42',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'046b3ee10c344e449790e7bf6c614d42',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'046b3ee10c344e449790e7bf6c614d42',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'046b3ee10c344e449790e7bf6c614d42',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'046b3ee10c344e449790e7bf6c614d42',7,0);
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'ab42d4b177ef4bb8a2a5ffc0e49bdd95',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'ab42d4b177ef4bb8a2a5ffc0e49bdd95',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'ab42d4b177ef4bb8a2a5ffc0e49bdd95',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'ab42d4b177ef4bb8a2a5ffc0e49bdd95',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'ab42d4b177ef4bb8a2a5ffc0e49bdd95',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'ab42d4b177ef4bb8a2a5ffc0e49bdd95',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'ab42d4b177ef4bb8a2a5ffc0e49bdd95',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'ab42d4b177ef4bb8a2a5ffc0e49bdd95',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'ab42d4b177ef4bb8a2a5ffc0e49bdd95',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'ab42d4b177ef4bb8a2a5ffc0e49bdd95',7,0);
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'82744e0273d746f6a716ed5e944c0674',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'82744e0273d746f6a716ed5e944c0674',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'82744e0273d746f6a716ed5e944c0674',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'82744e0273d746f6a716ed5e944c0674',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'82744e0273d746f6a716ed5e944c0674',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'82744e0273d746f6a716ed5e944c0674',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'82744e0273d746f6a716ed5e944c0674',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'82744e0273d746f6a716ed5e944c0674',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'82744e0273d746f6a716ed5e944c0674',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'82744e0273d746f6a716ed5e944c0674',7,0);
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'79187b5688d7464f9bb1f7df226f39c3',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'79187b5688d7464f9bb1f7df226f39c3',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'79187b5688d7464f9bb1f7df226f39c3',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'79187b5688d7464f9bb1f7df226f39c3',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'79187b5688d7464f9bb1f7df226f39c3',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'79187b5688d7464f9bb1f7df226f39c3',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'79187b5688d7464f9bb1f7df226f39c3',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'79187b5688d7464f9bb1f7df226f39c3',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'79187b5688d7464f9bb1f7df226f39c3',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'79187b5688d7464f9bb1f7df226f39c3',7,0);
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
INSERT INTO "model_versions" VALUES('churn',1,1795931160709,1795931160877,'v0',NULL,'Production','file:///srv/model/0','046b3ee10c344e449790e7bf6c614d42','READY',NULL,NULL,'file:///srv/model/0');
INSERT INTO "model_versions" VALUES('churn',2,1795931160741,1795931160741,'v1',NULL,'None','file:///srv/model/1','046b3ee10c344e449790e7bf6c614d42','READY',NULL,NULL,'file:///srv/model/1');
INSERT INTO "model_versions" VALUES('churn',3,1795931160769,1795931160957,NULL,NULL,'Deleted_Internal','REDACTED-SOURCE-PATH','REDACTED-RUN-ID','READY',NULL,'REDACTED-RUN-LINK','file:///srv/model/2');
INSERT INTO "model_versions" VALUES('Upper',1,1795931160917,1795931160917,NULL,NULL,'None','file:///srv/model/x',NULL,'READY',NULL,NULL,'file:///srv/model/x');
CREATE TABLE "params" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000) NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT param_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
INSERT INTO "params" VALUES('lr','0.0','046b3ee10c344e449790e7bf6c614d42');
INSERT INTO "params" VALUES('empty','','046b3ee10c344e449790e7bf6c614d42');
INSERT INTO "params" VALUES('lr','0.1','ab42d4b177ef4bb8a2a5ffc0e49bdd95');
INSERT INTO "params" VALUES('empty','','ab42d4b177ef4bb8a2a5ffc0e49bdd95');
INSERT INTO "params" VALUES('lr','0.2','82744e0273d746f6a716ed5e944c0674');
INSERT INTO "params" VALUES('empty','','82744e0273d746f6a716ed5e944c0674');
INSERT INTO "params" VALUES('lr','0.3','79187b5688d7464f9bb1f7df226f39c3');
INSERT INTO "params" VALUES('empty','','79187b5688d7464f9bb1f7df226f39c3');
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
INSERT INTO "registered_models" VALUES('churn',1795931160610,1795931160957,'A model');
INSERT INTO "registered_models" VALUES('bare',1795931160648,1795931160648,NULL);
INSERT INTO "registered_models" VALUES('Upper',1795931160673,1795931160917,NULL);
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
INSERT INTO "runs" VALUES('ed34d8ede13d492f95dcae66c2844436','in the deleted one','UNKNOWN','','','unknown','RUNNING',1700000000000,NULL,'','deleted','/srv/mlflow/mlruns/3/ed34d8ede13d492f95dcae66c2844436/artifacts',3,1795931159814);
INSERT INTO "runs" VALUES('a48022c73812427daeb8aa45ed90b149','parent','UNKNOWN','','','unknown','RUNNING',1700000000000,NULL,'','active','/srv/mlflow/mlruns/1/a48022c73812427daeb8aa45ed90b149/artifacts',1,NULL);
INSERT INTO "runs" VALUES('046b3ee10c344e449790e7bf6c614d42','child 0','UNKNOWN','','','ada','FINISHED',1700000000000,1700000005000,'','active','/srv/mlflow/mlruns/1/046b3ee10c344e449790e7bf6c614d42/artifacts',1,NULL);
INSERT INTO "runs" VALUES('ab42d4b177ef4bb8a2a5ffc0e49bdd95','child 1','UNKNOWN','','','ada','FINISHED',1700000000000,1700000005000,'','active','/srv/mlflow/mlruns/1/ab42d4b177ef4bb8a2a5ffc0e49bdd95/artifacts',1,NULL);
INSERT INTO "runs" VALUES('82744e0273d746f6a716ed5e944c0674','child 2','UNKNOWN','','','ada','FAILED',1700000000001,1700000005000,'','active','/srv/mlflow/mlruns/1/82744e0273d746f6a716ed5e944c0674/artifacts',1,NULL);
INSERT INTO "runs" VALUES('79187b5688d7464f9bb1f7df226f39c3','child 3','UNKNOWN','','','ada','FINISHED',1700000000001,1700000005000,'','active','/srv/mlflow/mlruns/1/79187b5688d7464f9bb1f7df226f39c3/artifacts',1,NULL);
INSERT INTO "runs" VALUES('5dc418fc2ff74576bfbbc583c9fc94d8','deleted','UNKNOWN','','','unknown','RUNNING',1700000000009,NULL,'','deleted','/srv/mlflow/mlruns/1/5dc418fc2ff74576bfbbc583c9fc94d8/artifacts',1,1795931160497);
INSERT INTO "runs" VALUES('ace2622cc11c4f07bcd1a49ef81b1ade','ambitious-stork-504','UNKNOWN','','','unknown','RUNNING',1700000000008,NULL,'','active','/srv/mlflow/mlruns/1/ace2622cc11c4f07bcd1a49ef81b1ade/artifacts',1,NULL);
CREATE TABLE "tags" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000), 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT tag_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
INSERT INTO "tags" VALUES('mlflow.runName','in the deleted one','ed34d8ede13d492f95dcae66c2844436');
INSERT INTO "tags" VALUES('mlflow.runName','parent','a48022c73812427daeb8aa45ed90b149');
INSERT INTO "tags" VALUES('mlflow.parentRunId','a48022c73812427daeb8aa45ed90b149','046b3ee10c344e449790e7bf6c614d42');
INSERT INTO "tags" VALUES('mlflow.user','ada','046b3ee10c344e449790e7bf6c614d42');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','046b3ee10c344e449790e7bf6c614d42');
INSERT INTO "tags" VALUES('mlflow.runName','child 0','046b3ee10c344e449790e7bf6c614d42');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','046b3ee10c344e449790e7bf6c614d42');
INSERT INTO "tags" VALUES('mlflow.parentRunId','a48022c73812427daeb8aa45ed90b149','ab42d4b177ef4bb8a2a5ffc0e49bdd95');
INSERT INTO "tags" VALUES('mlflow.user','ada','ab42d4b177ef4bb8a2a5ffc0e49bdd95');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','ab42d4b177ef4bb8a2a5ffc0e49bdd95');
INSERT INTO "tags" VALUES('mlflow.runName','child 1','ab42d4b177ef4bb8a2a5ffc0e49bdd95');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','ab42d4b177ef4bb8a2a5ffc0e49bdd95');
INSERT INTO "tags" VALUES('mlflow.parentRunId','a48022c73812427daeb8aa45ed90b149','82744e0273d746f6a716ed5e944c0674');
INSERT INTO "tags" VALUES('mlflow.user','ada','82744e0273d746f6a716ed5e944c0674');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','82744e0273d746f6a716ed5e944c0674');
INSERT INTO "tags" VALUES('mlflow.runName','child 2','82744e0273d746f6a716ed5e944c0674');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','82744e0273d746f6a716ed5e944c0674');
INSERT INTO "tags" VALUES('mlflow.parentRunId','a48022c73812427daeb8aa45ed90b149','79187b5688d7464f9bb1f7df226f39c3');
INSERT INTO "tags" VALUES('mlflow.user','ada','79187b5688d7464f9bb1f7df226f39c3');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','79187b5688d7464f9bb1f7df226f39c3');
INSERT INTO "tags" VALUES('mlflow.runName','child 3','79187b5688d7464f9bb1f7df226f39c3');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','79187b5688d7464f9bb1f7df226f39c3');
INSERT INTO "tags" VALUES('mlflow.runName','deleted','5dc418fc2ff74576bfbbc583c9fc94d8');
INSERT INTO "tags" VALUES('mlflow.runName','ambitious-stork-504','ace2622cc11c4f07bcd1a49ef81b1ade');
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
CREATE INDEX index_datasets_experiment_id_dataset_source_type ON datasets (experiment_id, dataset_source_type);
CREATE INDEX index_datasets_dataset_uuid ON datasets (dataset_uuid);
CREATE INDEX index_inputs_input_uuid ON inputs (input_uuid);
CREATE INDEX index_inputs_destination_type_destination_id_source_type ON inputs (destination_type, destination_id, source_type);
CREATE INDEX index_params_run_uuid ON params (run_uuid);
CREATE INDEX index_trace_info_experiment_id_timestamp_ms ON trace_info (experiment_id, timestamp_ms);
CREATE INDEX index_trace_tags_request_id ON trace_tags (request_id);
CREATE INDEX index_trace_request_metadata_request_id ON trace_request_metadata (request_id);
CREATE INDEX index_tags_run_uuid ON tags (run_uuid);
COMMIT;
