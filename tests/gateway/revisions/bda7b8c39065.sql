-- made by MLflow 3.1.4
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('bda7b8c39065');
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
INSERT INTO "datasets" VALUES('e89c5cc26ec449a49dac40c6ad99d672',1,'train','abc123','local','{"uri": "data.csv"}','{"mlflow_colspec": []}','{}');
INSERT INTO "datasets" VALUES('8eaa0ea455a24c98a86b090878decf43',1,'eval','def456','local','{}',NULL,NULL);
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
INSERT INTO "experiments" VALUES(0,'Default','/srv/mlflow/mlruns/0','active',1795931237998,1795931237998);
INSERT INTO "experiments" VALUES(1,'first','/srv/mlflow/mlruns/1','active',1795931238036,1795931238036);
INSERT INTO "experiments" VALUES(2,'empty','/srv/mlflow/mlruns/2','active',1795931238088,1795931238088);
INSERT INTO "experiments" VALUES(3,'gone','/srv/mlflow/mlruns/3','deleted',1795931238124,1795931238261);
CREATE TABLE input_tags (
	input_uuid VARCHAR(36) NOT NULL, 
	name VARCHAR(255) NOT NULL, 
	value VARCHAR(500) NOT NULL, 
	CONSTRAINT input_tags_pk PRIMARY KEY (input_uuid, name)
);
INSERT INTO "input_tags" VALUES('a36047d69bee44cf98790e40ced9f66f','mlflow.data.context','training');
CREATE TABLE inputs (
	input_uuid VARCHAR(36) NOT NULL, 
	source_type VARCHAR(36) NOT NULL, 
	source_id VARCHAR(36) NOT NULL, 
	destination_type VARCHAR(36) NOT NULL, 
	destination_id VARCHAR(36) NOT NULL, step BIGINT DEFAULT '0' NOT NULL, 
	CONSTRAINT inputs_pk PRIMARY KEY (source_type, source_id, destination_type, destination_id)
);
INSERT INTO "inputs" VALUES('a36047d69bee44cf98790e40ced9f66f','DATASET','e89c5cc26ec449a49dac40c6ad99d672','RUN','37093e4cf1d94376ac6e77c11aac7183',0);
INSERT INTO "inputs" VALUES('454041ad07924e7aaa66559d1e2d8df8','DATASET','8eaa0ea455a24c98a86b090878decf43','RUN','37093e4cf1d94376ac6e77c11aac7183',0);
INSERT INTO "inputs" VALUES('08c5eb1e1a06427685d5c7db6a4e4ee7','RUN_OUTPUT','37093e4cf1d94376ac6e77c11aac7183','MODEL_OUTPUT','m-d92476eee9384564bc949fd4ca8de3cd',3);
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
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'37093e4cf1d94376ac6e77c11aac7183');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'37093e4cf1d94376ac6e77c11aac7183');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'37093e4cf1d94376ac6e77c11aac7183');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'37093e4cf1d94376ac6e77c11aac7183');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'37093e4cf1d94376ac6e77c11aac7183');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'d224807cb956439fb8f3c1e580f94b73');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'d224807cb956439fb8f3c1e580f94b73');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'d224807cb956439fb8f3c1e580f94b73');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'d224807cb956439fb8f3c1e580f94b73');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'d224807cb956439fb8f3c1e580f94b73');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'54994dc5d9864cbfa9a81fbe0395b473');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'54994dc5d9864cbfa9a81fbe0395b473');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'54994dc5d9864cbfa9a81fbe0395b473');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'54994dc5d9864cbfa9a81fbe0395b473');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'54994dc5d9864cbfa9a81fbe0395b473');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'f1e59b1408324fa98a825a1ced2c85db');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'f1e59b1408324fa98a825a1ced2c85db');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'f1e59b1408324fa98a825a1ced2c85db');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'f1e59b1408324fa98a825a1ced2c85db');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'f1e59b1408324fa98a825a1ced2c85db');
CREATE TABLE logged_model_metrics (
	model_id VARCHAR(36) NOT NULL, 
	metric_name VARCHAR(500) NOT NULL, 
	metric_timestamp_ms BIGINT NOT NULL, 
	metric_step BIGINT NOT NULL, 
	metric_value FLOAT, 
	experiment_id INTEGER NOT NULL, 
	run_id VARCHAR(32) NOT NULL, 
	dataset_uuid VARCHAR(36), 
	dataset_name VARCHAR(500), 
	dataset_digest VARCHAR(36), 
	CONSTRAINT logged_model_metrics_pk PRIMARY KEY (model_id, metric_name, metric_timestamp_ms, metric_step, run_id), 
	CONSTRAINT fk_logged_model_metrics_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id), 
	CONSTRAINT fk_logged_model_metrics_model_id FOREIGN KEY(model_id) REFERENCES logged_models (model_id) ON DELETE CASCADE, 
	CONSTRAINT fk_logged_model_metrics_run_id FOREIGN KEY(run_id) REFERENCES runs (run_uuid) ON DELETE CASCADE
);
CREATE TABLE logged_model_params (
	model_id VARCHAR(36) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	param_key VARCHAR(255) NOT NULL, 
	param_value TEXT NOT NULL, 
	CONSTRAINT logged_model_params_pk PRIMARY KEY (model_id, param_key), 
	CONSTRAINT fk_logged_model_params_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id), 
	CONSTRAINT fk_logged_model_params_model_id FOREIGN KEY(model_id) REFERENCES logged_models (model_id) ON DELETE CASCADE
);
INSERT INTO "logged_model_params" VALUES('m-d92476eee9384564bc949fd4ca8de3cd',1,'depth','3');
CREATE TABLE logged_model_tags (
	model_id VARCHAR(36) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	tag_key VARCHAR(255) NOT NULL, 
	tag_value TEXT NOT NULL, 
	CONSTRAINT logged_model_tags_pk PRIMARY KEY (model_id, tag_key), 
	CONSTRAINT fk_logged_model_tags_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id), 
	CONSTRAINT fk_logged_model_tags_model_id FOREIGN KEY(model_id) REFERENCES logged_models (model_id) ON DELETE CASCADE
);
INSERT INTO "logged_model_tags" VALUES('m-d92476eee9384564bc949fd4ca8de3cd',1,'a','b');
CREATE TABLE logged_models (
	model_id VARCHAR(36) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	name VARCHAR(500) NOT NULL, 
	artifact_location VARCHAR(1000) NOT NULL, 
	creation_timestamp_ms BIGINT NOT NULL, 
	last_updated_timestamp_ms BIGINT NOT NULL, 
	status INTEGER NOT NULL, 
	lifecycle_stage VARCHAR(32), 
	model_type VARCHAR(500), 
	source_run_id VARCHAR(32), 
	status_message VARCHAR(1000), 
	CONSTRAINT logged_models_pk PRIMARY KEY (model_id), 
	CONSTRAINT logged_models_lifecycle_stage_check CHECK (lifecycle_stage IN ('active', 'deleted')), 
	CONSTRAINT fk_logged_models_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id) ON DELETE CASCADE
);
INSERT INTO "logged_models" VALUES('m-d92476eee9384564bc949fd4ca8de3cd',1,'churn-model','/srv/mlflow/mlruns/1/models/m-d92476eee9384564bc949fd4ca8de3cd/artifacts',1795931240975,1795931241082,2,'active',NULL,'37093e4cf1d94376ac6e77c11aac7183',NULL);
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
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'37093e4cf1d94376ac6e77c11aac7183',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'37093e4cf1d94376ac6e77c11aac7183',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'37093e4cf1d94376ac6e77c11aac7183',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'37093e4cf1d94376ac6e77c11aac7183',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'37093e4cf1d94376ac6e77c11aac7183',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'37093e4cf1d94376ac6e77c11aac7183',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'37093e4cf1d94376ac6e77c11aac7183',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'37093e4cf1d94376ac6e77c11aac7183',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'37093e4cf1d94376ac6e77c11aac7183',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'37093e4cf1d94376ac6e77c11aac7183',7,0);
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'d224807cb956439fb8f3c1e580f94b73',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'d224807cb956439fb8f3c1e580f94b73',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'d224807cb956439fb8f3c1e580f94b73',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'d224807cb956439fb8f3c1e580f94b73',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'d224807cb956439fb8f3c1e580f94b73',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'d224807cb956439fb8f3c1e580f94b73',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'d224807cb956439fb8f3c1e580f94b73',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'d224807cb956439fb8f3c1e580f94b73',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'d224807cb956439fb8f3c1e580f94b73',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'d224807cb956439fb8f3c1e580f94b73',7,0);
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'54994dc5d9864cbfa9a81fbe0395b473',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'54994dc5d9864cbfa9a81fbe0395b473',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'54994dc5d9864cbfa9a81fbe0395b473',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'54994dc5d9864cbfa9a81fbe0395b473',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'54994dc5d9864cbfa9a81fbe0395b473',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'54994dc5d9864cbfa9a81fbe0395b473',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'54994dc5d9864cbfa9a81fbe0395b473',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'54994dc5d9864cbfa9a81fbe0395b473',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'54994dc5d9864cbfa9a81fbe0395b473',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'54994dc5d9864cbfa9a81fbe0395b473',7,0);
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'f1e59b1408324fa98a825a1ced2c85db',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'f1e59b1408324fa98a825a1ced2c85db',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'f1e59b1408324fa98a825a1ced2c85db',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'f1e59b1408324fa98a825a1ced2c85db',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'f1e59b1408324fa98a825a1ced2c85db',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'f1e59b1408324fa98a825a1ced2c85db',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'f1e59b1408324fa98a825a1ced2c85db',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'f1e59b1408324fa98a825a1ced2c85db',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'f1e59b1408324fa98a825a1ced2c85db',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'f1e59b1408324fa98a825a1ced2c85db',7,0);
CREATE TABLE "model_version_tags" (
	"key" VARCHAR(250) NOT NULL, 
	value TEXT, 
	name VARCHAR(256) NOT NULL, 
	version INTEGER NOT NULL, 
	CONSTRAINT model_version_tag_pk PRIMARY KEY ("key", name, version), 
	FOREIGN KEY(name, version) REFERENCES model_versions (name, version) ON UPDATE CASCADE
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
INSERT INTO "model_versions" VALUES('churn',1,1795931240421,1795931240784,'v0',NULL,'Production','file:///srv/model/0','37093e4cf1d94376ac6e77c11aac7183','READY',NULL,NULL,'file:///srv/model/0');
INSERT INTO "model_versions" VALUES('churn',2,1795931240489,1795931240489,'v1',NULL,'None','file:///srv/model/1','37093e4cf1d94376ac6e77c11aac7183','READY',NULL,NULL,'file:///srv/model/1');
INSERT INTO "model_versions" VALUES('churn',3,1795931240531,1795931240918,NULL,NULL,'Deleted_Internal','REDACTED-SOURCE-PATH','REDACTED-RUN-ID','READY',NULL,'REDACTED-RUN-LINK','file:///srv/model/2');
INSERT INTO "model_versions" VALUES('Upper',1,1795931240845,1795931240845,NULL,NULL,'None','file:///srv/model/x',NULL,'READY',NULL,NULL,'file:///srv/model/x');
CREATE TABLE "params" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000) NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT param_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
INSERT INTO "params" VALUES('lr','0.0','37093e4cf1d94376ac6e77c11aac7183');
INSERT INTO "params" VALUES('empty','','37093e4cf1d94376ac6e77c11aac7183');
INSERT INTO "params" VALUES('lr','0.1','d224807cb956439fb8f3c1e580f94b73');
INSERT INTO "params" VALUES('empty','','d224807cb956439fb8f3c1e580f94b73');
INSERT INTO "params" VALUES('lr','0.2','54994dc5d9864cbfa9a81fbe0395b473');
INSERT INTO "params" VALUES('empty','','54994dc5d9864cbfa9a81fbe0395b473');
INSERT INTO "params" VALUES('lr','0.3','f1e59b1408324fa98a825a1ced2c85db');
INSERT INTO "params" VALUES('empty','','f1e59b1408324fa98a825a1ced2c85db');
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
INSERT INTO "registered_models" VALUES('churn',1795931240288,1795931240918,'A model');
INSERT INTO "registered_models" VALUES('bare',1795931240345,1795931240345,NULL);
INSERT INTO "registered_models" VALUES('Upper',1795931240384,1795931240845,NULL);
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
INSERT INTO "runs" VALUES('0868d02ebd9849728bb875da9e91a95b','in the deleted one','UNKNOWN','','','unknown','RUNNING',1700000000000,NULL,'','deleted','/srv/mlflow/mlruns/3/0868d02ebd9849728bb875da9e91a95b/artifacts',3,1795931238284);
INSERT INTO "runs" VALUES('6eea04c569684ed8bdfcbf004cc9d1a7','parent','UNKNOWN','','','unknown','RUNNING',1700000000000,NULL,'','active','/srv/mlflow/mlruns/1/6eea04c569684ed8bdfcbf004cc9d1a7/artifacts',1,NULL);
INSERT INTO "runs" VALUES('37093e4cf1d94376ac6e77c11aac7183','child 0','UNKNOWN','','','ada','FINISHED',1700000000000,1700000005000,'','active','/srv/mlflow/mlruns/1/37093e4cf1d94376ac6e77c11aac7183/artifacts',1,NULL);
INSERT INTO "runs" VALUES('d224807cb956439fb8f3c1e580f94b73','child 1','UNKNOWN','','','ada','FINISHED',1700000000000,1700000005000,'','active','/srv/mlflow/mlruns/1/d224807cb956439fb8f3c1e580f94b73/artifacts',1,NULL);
INSERT INTO "runs" VALUES('54994dc5d9864cbfa9a81fbe0395b473','child 2','UNKNOWN','','','ada','FAILED',1700000000001,1700000005000,'','active','/srv/mlflow/mlruns/1/54994dc5d9864cbfa9a81fbe0395b473/artifacts',1,NULL);
INSERT INTO "runs" VALUES('f1e59b1408324fa98a825a1ced2c85db','child 3','UNKNOWN','','','ada','FINISHED',1700000000001,1700000005000,'','active','/srv/mlflow/mlruns/1/f1e59b1408324fa98a825a1ced2c85db/artifacts',1,NULL);
INSERT INTO "runs" VALUES('35382d27453a42c8b5e5c1d740047af4','deleted','UNKNOWN','','','unknown','RUNNING',1700000000009,NULL,'','deleted','/srv/mlflow/mlruns/1/35382d27453a42c8b5e5c1d740047af4/artifacts',1,1795931239970);
INSERT INTO "runs" VALUES('09e7b349a2b745e08fae37e0eef878c5','gifted-hawk-16','UNKNOWN','','','unknown','RUNNING',1700000000008,NULL,'','active','/srv/mlflow/mlruns/1/09e7b349a2b745e08fae37e0eef878c5/artifacts',1,NULL);
CREATE TABLE "tags" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000), 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT tag_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
INSERT INTO "tags" VALUES('mlflow.runName','in the deleted one','0868d02ebd9849728bb875da9e91a95b');
INSERT INTO "tags" VALUES('mlflow.runName','parent','6eea04c569684ed8bdfcbf004cc9d1a7');
INSERT INTO "tags" VALUES('mlflow.parentRunId','6eea04c569684ed8bdfcbf004cc9d1a7','37093e4cf1d94376ac6e77c11aac7183');
INSERT INTO "tags" VALUES('mlflow.user','ada','37093e4cf1d94376ac6e77c11aac7183');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','37093e4cf1d94376ac6e77c11aac7183');
INSERT INTO "tags" VALUES('mlflow.runName','child 0','37093e4cf1d94376ac6e77c11aac7183');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','37093e4cf1d94376ac6e77c11aac7183');
INSERT INTO "tags" VALUES('mlflow.parentRunId','6eea04c569684ed8bdfcbf004cc9d1a7','d224807cb956439fb8f3c1e580f94b73');
INSERT INTO "tags" VALUES('mlflow.user','ada','d224807cb956439fb8f3c1e580f94b73');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','d224807cb956439fb8f3c1e580f94b73');
INSERT INTO "tags" VALUES('mlflow.runName','child 1','d224807cb956439fb8f3c1e580f94b73');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','d224807cb956439fb8f3c1e580f94b73');
INSERT INTO "tags" VALUES('mlflow.parentRunId','6eea04c569684ed8bdfcbf004cc9d1a7','54994dc5d9864cbfa9a81fbe0395b473');
INSERT INTO "tags" VALUES('mlflow.user','ada','54994dc5d9864cbfa9a81fbe0395b473');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','54994dc5d9864cbfa9a81fbe0395b473');
INSERT INTO "tags" VALUES('mlflow.runName','child 2','54994dc5d9864cbfa9a81fbe0395b473');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','54994dc5d9864cbfa9a81fbe0395b473');
INSERT INTO "tags" VALUES('mlflow.parentRunId','6eea04c569684ed8bdfcbf004cc9d1a7','f1e59b1408324fa98a825a1ced2c85db');
INSERT INTO "tags" VALUES('mlflow.user','ada','f1e59b1408324fa98a825a1ced2c85db');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','f1e59b1408324fa98a825a1ced2c85db');
INSERT INTO "tags" VALUES('mlflow.runName','child 3','f1e59b1408324fa98a825a1ced2c85db');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','f1e59b1408324fa98a825a1ced2c85db');
INSERT INTO "tags" VALUES('mlflow.runName','deleted','35382d27453a42c8b5e5c1d740047af4');
INSERT INTO "tags" VALUES('mlflow.runName','gifted-hawk-16','09e7b349a2b745e08fae37e0eef878c5');
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
CREATE INDEX index_datasets_experiment_id_dataset_source_type ON datasets (experiment_id, dataset_source_type);
CREATE INDEX index_datasets_dataset_uuid ON datasets (dataset_uuid);
CREATE INDEX index_logged_model_metrics_model_id ON logged_model_metrics (model_id);
COMMIT;
