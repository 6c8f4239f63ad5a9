-- made by MLflow 2.9.2
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('acf3f17fdcc7');
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
INSERT INTO "datasets" VALUES('444b26c3d2ff4cefb27a119fe439c7ca',1,'train','abc123','local','{"uri": "data.csv"}','{"mlflow_colspec": []}','{}');
INSERT INTO "datasets" VALUES('f1fa5297ea044c119c273e92f6bbf34c',1,'eval','def456','local','{}',NULL,NULL);
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
INSERT INTO "experiments" VALUES(0,'Default','/srv/mlflow/mlruns/0','active',1795931073249,1795931073249);
INSERT INTO "experiments" VALUES(1,'first','/srv/mlflow/mlruns/1','active',1795931073284,1795931073284);
INSERT INTO "experiments" VALUES(2,'empty','/srv/mlflow/mlruns/2','active',1795931073314,1795931073314);
INSERT INTO "experiments" VALUES(3,'gone','/srv/mlflow/mlruns/3','deleted',1795931073347,1795931073410);
CREATE TABLE input_tags (
	input_uuid VARCHAR(36) NOT NULL, 
	name VARCHAR(255) NOT NULL, 
	value VARCHAR(500) NOT NULL, 
	CONSTRAINT input_tags_pk PRIMARY KEY (input_uuid, name)
);
INSERT INTO "input_tags" VALUES('dd7415169e424ed6bb2d8e56232d0a41','mlflow.data.context','training');
CREATE TABLE inputs (
	input_uuid VARCHAR(36) NOT NULL, 
	source_type VARCHAR(36) NOT NULL, 
	source_id VARCHAR(36) NOT NULL, 
	destination_type VARCHAR(36) NOT NULL, 
	destination_id VARCHAR(36) NOT NULL, 
	CONSTRAINT inputs_pk PRIMARY KEY (source_type, source_id, destination_type, destination_id)
);
INSERT INTO "inputs" VALUES('dd7415169e424ed6bb2d8e56232d0a41','DATASET','444b26c3d2ff4cefb27a119fe439c7ca','RUN','0e8cb665b29b492b9f744dc38186e38b');
INSERT INTO "inputs" VALUES('f4897af794534caea00bbf3246a06f5c','DATASET','f1fa5297ea044c119c273e92f6bbf34c','RUN','0e8cb665b29b492b9f744dc38186e38b');
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
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'0e8cb665b29b492b9f744dc38186e38b');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'0e8cb665b29b492b9f744dc38186e38b');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'0e8cb665b29b492b9f744dc38186e38b');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'0e8cb665b29b492b9f744dc38186e38b');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'0e8cb665b29b492b9f744dc38186e38b');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'a4154a2609b74eb7b3ad14049464231d');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'a4154a2609b74eb7b3ad14049464231d');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'a4154a2609b74eb7b3ad14049464231d');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'a4154a2609b74eb7b3ad14049464231d');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'a4154a2609b74eb7b3ad14049464231d');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'537732eac6fc4163893d5000ec9c1cfb');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'537732eac6fc4163893d5000ec9c1cfb');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'537732eac6fc4163893d5000ec9c1cfb');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'537732eac6fc4163893d5000ec9c1cfb');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'537732eac6fc4163893d5000ec9c1cfb');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'f9191e7d35eb4e6782909d988cbb229e');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'f9191e7d35eb4e6782909d988cbb229e');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'f9191e7d35eb4e6782909d988cbb229e');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'f9191e7d35eb4e6782909d988cbb229e');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'f9191e7d35eb4e6782909d988cbb229e');
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
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'0e8cb665b29b492b9f744dc38186e38b',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'0e8cb665b29b492b9f744dc38186e38b',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'0e8cb665b29b492b9f744dc38186e38b',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'0e8cb665b29b492b9f744dc38186e38b',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'0e8cb665b29b492b9f744dc38186e38b',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'0e8cb665b29b492b9f744dc38186e38b',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'0e8cb665b29b492b9f744dc38186e38b',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'0e8cb665b29b492b9f744dc38186e38b',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'0e8cb665b29b492b9f744dc38186e38b',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'0e8cb665b29b492b9f744dc38186e38b',7,0);
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'a4154a2609b74eb7b3ad14049464231d',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'a4154a2609b74eb7b3ad14049464231d',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'a4154a2609b74eb7b3ad14049464231d',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'a4154a2609b74eb7b3ad14049464231d',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'a4154a2609b74eb7b3ad14049464231d',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'a4154a2609b74eb7b3ad14049464231d',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'a4154a2609b74eb7b3ad14049464231d',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'a4154a2609b74eb7b3ad14049464231d',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'a4154a2609b74eb7b3ad14049464231d',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'a4154a2609b74eb7b3ad14049464231d',7,0);
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'537732eac6fc4163893d5000ec9c1cfb',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'537732eac6fc4163893d5000ec9c1cfb',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'537732eac6fc4163893d5000ec9c1cfb',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'537732eac6fc4163893d5000ec9c1cfb',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'537732eac6fc4163893d5000ec9c1cfb',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'537732eac6fc4163893d5000ec9c1cfb',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'537732eac6fc4163893d5000ec9c1cfb',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'537732eac6fc4163893d5000ec9c1cfb',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'537732eac6fc4163893d5000ec9c1cfb',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'537732eac6fc4163893d5000ec9c1cfb',7,0);
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'f9191e7d35eb4e6782909d988cbb229e',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'f9191e7d35eb4e6782909d988cbb229e',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'f9191e7d35eb4e6782909d988cbb229e',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'f9191e7d35eb4e6782909d988cbb229e',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'f9191e7d35eb4e6782909d988cbb229e',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'f9191e7d35eb4e6782909d988cbb229e',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'f9191e7d35eb4e6782909d988cbb229e',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'f9191e7d35eb4e6782909d988cbb229e',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'f9191e7d35eb4e6782909d988cbb229e',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'f9191e7d35eb4e6782909d988cbb229e',7,0);
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
INSERT INTO "model_versions" VALUES('churn',1,1795931074209,1795931074349,'v0',NULL,'Production','file:///srv/model/0','0e8cb665b29b492b9f744dc38186e38b','READY',NULL,NULL,'file:///srv/model/0');
INSERT INTO "model_versions" VALUES('churn',2,1795931074229,1795931074229,'v1',NULL,'None','file:///srv/model/1','0e8cb665b29b492b9f744dc38186e38b','READY',NULL,NULL,'file:///srv/model/1');
INSERT INTO "model_versions" VALUES('churn',3,1795931074262,1795931074388,NULL,NULL,'Deleted_Internal','REDACTED-SOURCE-PATH','REDACTED-RUN-ID','READY',NULL,'REDACTED-RUN-LINK','file:///srv/model/2');
INSERT INTO "model_versions" VALUES('Upper',1,1795931074369,1795931074369,NULL,NULL,'None','file:///srv/model/x',NULL,'READY',NULL,NULL,'file:///srv/model/x');
CREATE TABLE "params" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000) NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT param_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
INSERT INTO "params" VALUES('lr','0.0','0e8cb665b29b492b9f744dc38186e38b');
INSERT INTO "params" VALUES('empty','','0e8cb665b29b492b9f744dc38186e38b');
INSERT INTO "params" VALUES('lr','0.1','a4154a2609b74eb7b3ad14049464231d');
INSERT INTO "params" VALUES('empty','','a4154a2609b74eb7b3ad14049464231d');
INSERT INTO "params" VALUES('lr','0.2','537732eac6fc4163893d5000ec9c1cfb');
INSERT INTO "params" VALUES('empty','','537732eac6fc4163893d5000ec9c1cfb');
INSERT INTO "params" VALUES('lr','0.3','f9191e7d35eb4e6782909d988cbb229e');
INSERT INTO "params" VALUES('empty','','f9191e7d35eb4e6782909d988cbb229e');
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
INSERT INTO "registered_models" VALUES('churn',1795931074135,1795931074388,'A model');
INSERT INTO "registered_models" VALUES('bare',1795931074164,1795931074164,NULL);
INSERT INTO "registered_models" VALUES('Upper',1795931074181,1795931074369,NULL);
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
INSERT INTO "runs" VALUES('d107977e655a4efaaa56e7180bb5927d','in the deleted one','UNKNOWN','','','unknown','RUNNING',1700000000000,NULL,'','deleted','/srv/mlflow/mlruns/3/d107977e655a4efaaa56e7180bb5927d/artifacts',3,1795931073414);
INSERT INTO "runs" VALUES('49f1fedecb9445eeb2e9c1de9ab5b012','parent','UNKNOWN','','','unknown','RUNNING',1700000000000,NULL,'','active','/srv/mlflow/mlruns/1/49f1fedecb9445eeb2e9c1de9ab5b012/artifacts',1,NULL);
INSERT INTO "runs" VALUES('0e8cb665b29b492b9f744dc38186e38b','child 0','UNKNOWN','','','ada','FINISHED',1700000000000,1700000005000,'','active','/srv/mlflow/mlruns/1/0e8cb665b29b492b9f744dc38186e38b/artifacts',1,NULL);
INSERT INTO "runs" VALUES('a4154a2609b74eb7b3ad14049464231d','child 1','UNKNOWN','','','ada','FINISHED',1700000000000,1700000005000,'','active','/srv/mlflow/mlruns/1/a4154a2609b74eb7b3ad14049464231d/artifacts',1,NULL);
INSERT INTO "runs" VALUES('537732eac6fc4163893d5000ec9c1cfb','child 2','UNKNOWN','','','ada','FAILED',1700000000001,1700000005000,'','active','/srv/mlflow/mlruns/1/537732eac6fc4163893d5000ec9c1cfb/artifacts',1,NULL);
INSERT INTO "runs" VALUES('f9191e7d35eb4e6782909d988cbb229e','child 3','UNKNOWN','','','ada','FINISHED',1700000000001,1700000005000,'','active','/srv/mlflow/mlruns/1/f9191e7d35eb4e6782909d988cbb229e/artifacts',1,NULL);
INSERT INTO "runs" VALUES('840850dc41834d09a9699baaac1c0c9c','deleted','UNKNOWN','','','unknown','RUNNING',1700000000009,NULL,'','deleted','/srv/mlflow/mlruns/1/840850dc41834d09a9699baaac1c0c9c/artifacts',1,1795931074049);
INSERT INTO "runs" VALUES('e3e05bb3d73c4a00a2f766ffe27a90c2','omniscient-lark-306','UNKNOWN','','','unknown','RUNNING',1700000000008,NULL,'','active','/srv/mlflow/mlruns/1/e3e05bb3d73c4a00a2f766ffe27a90c2/artifacts',1,NULL);
CREATE TABLE "tags" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(5000), 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT tag_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
INSERT INTO "tags" VALUES('mlflow.runName','in the deleted one','d107977e655a4efaaa56e7180bb5927d');
INSERT INTO "tags" VALUES('mlflow.runName','parent','49f1fedecb9445eeb2e9c1de9ab5b012');
INSERT INTO "tags" VALUES('mlflow.parentRunId','49f1fedecb9445eeb2e9c1de9ab5b012','0e8cb665b29b492b9f744dc38186e38b');
INSERT INTO "tags" VALUES('mlflow.user','ada','0e8cb665b29b492b9f744dc38186e38b');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','0e8cb665b29b492b9f744dc38186e38b');
INSERT INTO "tags" VALUES('mlflow.runName','child 0','0e8cb665b29b492b9f744dc38186e38b');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','0e8cb665b29b492b9f744dc38186e38b');
INSERT INTO "tags" VALUES('mlflow.parentRunId','49f1fedecb9445eeb2e9c1de9ab5b012','a4154a2609b74eb7b3ad14049464231d');
INSERT INTO "tags" VALUES('mlflow.user','ada','a4154a2609b74eb7b3ad14049464231d');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','a4154a2609b74eb7b3ad14049464231d');
INSERT INTO "tags" VALUES('mlflow.runName','child 1','a4154a2609b74eb7b3ad14049464231d');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','a4154a2609b74eb7b3ad14049464231d');
INSERT INTO "tags" VALUES('mlflow.parentRunId','49f1fedecb9445eeb2e9c1de9ab5b012','537732eac6fc4163893d5000ec9c1cfb');
INSERT INTO "tags" VALUES('mlflow.user','ada','537732eac6fc4163893d5000ec9c1cfb');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','537732eac6fc4163893d5000ec9c1cfb');
INSERT INTO "tags" VALUES('mlflow.runName','child 2','537732eac6fc4163893d5000ec9c1cfb');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','537732eac6fc4163893d5000ec9c1cfb');
INSERT INTO "tags" VALUES('mlflow.parentRunId','49f1fedecb9445eeb2e9c1de9ab5b012','f9191e7d35eb4e6782909d988cbb229e');
INSERT INTO "tags" VALUES('mlflow.user','ada','f9191e7d35eb4e6782909d988cbb229e');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','f9191e7d35eb4e6782909d988cbb229e');
INSERT INTO "tags" VALUES('mlflow.runName','child 3','f9191e7d35eb4e6782909d988cbb229e');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','f9191e7d35eb4e6782909d988cbb229e');
INSERT INTO "tags" VALUES('mlflow.runName','deleted','840850dc41834d09a9699baaac1c0c9c');
INSERT INTO "tags" VALUES('mlflow.runName','omniscient-lark-306','e3e05bb3d73c4a00a2f766ffe27a90c2');
CREATE INDEX index_metrics_run_uuid ON metrics (run_uuid);
CREATE INDEX index_latest_metrics_run_uuid ON latest_metrics (run_uuid);
CREATE INDEX index_tags_run_uuid ON tags (run_uuid);
CREATE INDEX index_datasets_experiment_id_dataset_source_type ON datasets (experiment_id, dataset_source_type);
CREATE INDEX index_datasets_dataset_uuid ON datasets (dataset_uuid);
CREATE INDEX index_inputs_destination_type_destination_id_source_type ON inputs (destination_type, destination_id, source_type);
CREATE INDEX index_inputs_input_uuid ON inputs (input_uuid);
CREATE INDEX index_params_run_uuid ON params (run_uuid);
COMMIT;
