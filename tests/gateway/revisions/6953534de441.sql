-- made by MLflow 3.0.0
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('6953534de441');
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
INSERT INTO "datasets" VALUES('2b7857f43f4b40d5be35195f9e3bfea1',1,'train','abc123','local','{"uri": "data.csv"}','{"mlflow_colspec": []}','{}');
INSERT INTO "datasets" VALUES('3165150e2f62463ea82944ebcd9d9eaf',1,'eval','def456','local','{}',NULL,NULL);
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
INSERT INTO "experiments" VALUES(0,'Default','/srv/mlflow/mlruns/0','active',1795931209090,1795931209090);
INSERT INTO "experiments" VALUES(1,'first','/srv/mlflow/mlruns/1','active',1795931209141,1795931209141);
INSERT INTO "experiments" VALUES(2,'empty','/srv/mlflow/mlruns/2','active',1795931209185,1795931209185);
INSERT INTO "experiments" VALUES(3,'gone','/srv/mlflow/mlruns/3','deleted',1795931209233,1795931209358);
CREATE TABLE input_tags (
	input_uuid VARCHAR(36) NOT NULL, 
	name VARCHAR(255) NOT NULL, 
	value VARCHAR(500) NOT NULL, 
	CONSTRAINT input_tags_pk PRIMARY KEY (input_uuid, name)
);
INSERT INTO "input_tags" VALUES('412dc181c87e4fb4b76307d0de88ca98','mlflow.data.context','training');
CREATE TABLE inputs (
	input_uuid VARCHAR(36) NOT NULL, 
	source_type VARCHAR(36) NOT NULL, 
	source_id VARCHAR(36) NOT NULL, 
	destination_type VARCHAR(36) NOT NULL, 
	destination_id VARCHAR(36) NOT NULL, step BIGINT DEFAULT '0' NOT NULL, 
	CONSTRAINT inputs_pk PRIMARY KEY (source_type, source_id, destination_type, destination_id)
);
INSERT INTO "inputs" VALUES('412dc181c87e4fb4b76307d0de88ca98','DATASET','2b7857f43f4b40d5be35195f9e3bfea1','RUN','43b2b01cae424a71ad3fe74c711fcc98',0);
INSERT INTO "inputs" VALUES('87db3cac72054bf3b13233df7ca74690','DATASET','3165150e2f62463ea82944ebcd9d9eaf','RUN','43b2b01cae424a71ad3fe74c711fcc98',0);
INSERT INTO "inputs" VALUES('d8484a9bde6b475a9c49c2971ed605d5','RUN_OUTPUT','43b2b01cae424a71ad3fe74c711fcc98','MODEL_OUTPUT','m-a06f070b88f7433b98a13f5141385ac5',3);
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
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'43b2b01cae424a71ad3fe74c711fcc98');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'43b2b01cae424a71ad3fe74c711fcc98');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'43b2b01cae424a71ad3fe74c711fcc98');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'43b2b01cae424a71ad3fe74c711fcc98');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'43b2b01cae424a71ad3fe74c711fcc98');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'87d0c5327c184fc7b73479666902d901');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'87d0c5327c184fc7b73479666902d901');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'87d0c5327c184fc7b73479666902d901');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'87d0c5327c184fc7b73479666902d901');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'87d0c5327c184fc7b73479666902d901');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'53688cf76a69495cb9b45b1b71d49fad');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'53688cf76a69495cb9b45b1b71d49fad');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'53688cf76a69495cb9b45b1b71d49fad');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'53688cf76a69495cb9b45b1b71d49fad');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'53688cf76a69495cb9b45b1b71d49fad');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'892de5bebb904e32a8cef6c5f4a9a3e0');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'892de5bebb904e32a8cef6c5f4a9a3e0');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'892de5bebb904e32a8cef6c5f4a9a3e0');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'892de5bebb904e32a8cef6c5f4a9a3e0');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'892de5bebb904e32a8cef6c5f4a9a3e0');
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
INSERT INTO "logged_model_params" VALUES('m-a06f070b88f7433b98a13f5141385ac5',1,'depth','3');
CREATE TABLE logged_model_tags (
	model_id VARCHAR(36) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	tag_key VARCHAR(255) NOT NULL, 
	tag_value TEXT NOT NULL, 
	CONSTRAINT logged_model_tags_pk PRIMARY KEY (model_id, tag_key), 
	CONSTRAINT fk_logged_model_tags_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id), 
	CONSTRAINT fk_logged_model_tags_model_id FOREIGN KEY(model_id) REFERENCES logged_models (model_id) ON DELETE CASCADE
);
INSERT INTO "logged_model_tags" VALUES('m-a06f070b88f7433b98a13f5141385ac5',1,'a','b');
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
INSERT INTO "logged_models" VALUES('m-a06f070b88f7433b98a13f5141385ac5',1,'churn-model','/srv/mlflow/mlruns/1/models/m-a06f070b88f7433b98a13f5141385ac5/artifacts',1795931211563,1795931211634,2,'active',NULL,'43b2b01cae424a71ad3fe74c711fcc98',NULL);
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
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'43b2b01cae424a71ad3fe74c711fcc98',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'43b2b01cae424a71ad3fe74c711fcc98',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'43b2b01cae424a71ad3fe74c711fcc98',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'43b2b01cae424a71ad3fe74c711fcc98',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'43b2b01cae424a71ad3fe74c711fcc98',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'43b2b01cae424a71ad3fe74c711fcc98',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'43b2b01cae424a71ad3fe74c711fcc98',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'43b2b01cae424a71ad3fe74c711fcc98',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'43b2b01cae424a71ad3fe74c711fcc98',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'43b2b01cae424a71ad3fe74c711fcc98',7,0);
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'87d0c5327c184fc7b73479666902d901',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'87d0c5327c184fc7b73479666902d901',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'87d0c5327c184fc7b73479666902d901',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'87d0c5327c184fc7b73479666902d901',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'87d0c5327c184fc7b73479666902d901',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'87d0c5327c184fc7b73479666902d901',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'87d0c5327c184fc7b73479666902d901',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'87d0c5327c184fc7b73479666902d901',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'87d0c5327c184fc7b73479666902d901',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'87d0c5327c184fc7b73479666902d901',7,0);
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'53688cf76a69495cb9b45b1b71d49fad',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'53688cf76a69495cb9b45b1b71d49fad',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'53688cf76a69495cb9b45b1b71d49fad',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'53688cf76a69495cb9b45b1b71d49fad',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'53688cf76a69495cb9b45b1b71d49fad',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'53688cf76a69495cb9b45b1b71d49fad',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'53688cf76a69495cb9b45b1b71d49fad',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'53688cf76a69495cb9b45b1b71d49fad',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'53688cf76a69495cb9b45b1b71d49fad',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'53688cf76a69495cb9b45b1b71d49fad',7,0);
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'892de5bebb904e32a8cef6c5f4a9a3e0',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'892de5bebb904e32a8cef6c5f4a9a3e0',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'892de5bebb904e32a8cef6c5f4a9a3e0',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'892de5bebb904e32a8cef6c5f4a9a3e0',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'892de5bebb904e32a8cef6c5f4a9a3e0',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'892de5bebb904e32a8cef6c5f4a9a3e0',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'892de5bebb904e32a8cef6c5f4a9a3e0',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'892de5bebb904e32a8cef6c5f4a9a3e0',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'892de5bebb904e32a8cef6c5f4a9a3e0',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'892de5bebb904e32a8cef6c5f4a9a3e0',7,0);
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
INSERT INTO "model_versions" VALUES('churn',1,1795931210767,1795931211435,'v0',NULL,'Production','file:///srv/model/0','43b2b01cae424a71ad3fe74c711fcc98','READY',NULL,NULL,'file:///srv/model/0');
INSERT INTO "model_versions" VALUES('churn',2,1795931210827,1795931210827,'v1',NULL,'None','file:///srv/model/1','43b2b01cae424a71ad3fe74c711fcc98','READY',NULL,NULL,'file:///srv/model/1');
INSERT INTO "model_versions" VALUES('churn',3,1795931210885,1795931211529,NULL,NULL,'Deleted_Internal','REDACTED-SOURCE-PATH','REDACTED-RUN-ID','READY',NULL,'REDACTED-RUN-LINK','file:///srv/model/2');
INSERT INTO "model_versions" VALUES('Upper',1,1795931211481,1795931211481,NULL,NULL,'None','file:///srv/model/x',NULL,'READY',NULL,NULL,'file:///srv/model/x');
CREATE TABLE "params" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000) NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT param_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
INSERT INTO "params" VALUES('lr','0.0','43b2b01cae424a71ad3fe74c711fcc98');
INSERT INTO "params" VALUES('empty','','43b2b01cae424a71ad3fe74c711fcc98');
INSERT INTO "params" VALUES('lr','0.1','87d0c5327c184fc7b73479666902d901');
INSERT INTO "params" VALUES('empty','','87d0c5327c184fc7b73479666902d901');
INSERT INTO "params" VALUES('lr','0.2','53688cf76a69495cb9b45b1b71d49fad');
INSERT INTO "params" VALUES('empty','','53688cf76a69495cb9b45b1b71d49fad');
INSERT INTO "params" VALUES('lr','0.3','892de5bebb904e32a8cef6c5f4a9a3e0');
INSERT INTO "params" VALUES('empty','','892de5bebb904e32a8cef6c5f4a9a3e0');
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
INSERT INTO "registered_models" VALUES('churn',1795931210619,1795931211529,'A model');
INSERT INTO "registered_models" VALUES('bare',1795931210701,1795931210701,NULL);
INSERT INTO "registered_models" VALUES('Upper',1795931210733,1795931211481,NULL);
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
INSERT INTO "runs" VALUES('64e41b89c7af45c2ac40485615360c61','in the deleted one','UNKNOWN','','','unknown','RUNNING',1700000000000,NULL,'','deleted','/srv/mlflow/mlruns/3/64e41b89c7af45c2ac40485615360c61/artifacts',3,1795931209368);
INSERT INTO "runs" VALUES('6366ffd8abd94621b732f5cac5d83971','parent','UNKNOWN','','','unknown','RUNNING',1700000000000,NULL,'','active','/srv/mlflow/mlruns/1/6366ffd8abd94621b732f5cac5d83971/artifacts',1,NULL);
INSERT INTO "runs" VALUES('43b2b01cae424a71ad3fe74c711fcc98','child 0','UNKNOWN','','','ada','FINISHED',1700000000000,1700000005000,'','active','/srv/mlflow/mlruns/1/43b2b01cae424a71ad3fe74c711fcc98/artifacts',1,NULL);
INSERT INTO "runs" VALUES('87d0c5327c184fc7b73479666902d901','child 1','UNKNOWN','','','ada','FINISHED',1700000000000,1700000005000,'','active','/srv/mlflow/mlruns/1/87d0c5327c184fc7b73479666902d901/artifacts',1,NULL);
INSERT INTO "runs" VALUES('53688cf76a69495cb9b45b1b71d49fad','child 2','UNKNOWN','','','ada','FAILED',1700000000001,1700000005000,'','active','/srv/mlflow/mlruns/1/53688cf76a69495cb9b45b1b71d49fad/artifacts',1,NULL);
INSERT INTO "runs" VALUES('892de5bebb904e32a8cef6c5f4a9a3e0','child 3','UNKNOWN','','','ada','FINISHED',1700000000001,1700000005000,'','active','/srv/mlflow/mlruns/1/892de5bebb904e32a8cef6c5f4a9a3e0/artifacts',1,NULL);
INSERT INTO "runs" VALUES('4ef167a73d9c4e89b632ed10d61bb0f7','deleted','UNKNOWN','','','unknown','RUNNING',1700000000009,NULL,'','deleted','/srv/mlflow/mlruns/1/4ef167a73d9c4e89b632ed10d61bb0f7/artifacts',1,1795931210345);
INSERT INTO "runs" VALUES('677ee7436d6c4fc9a6ad950de45945f2','incongruous-ray-917','UNKNOWN','','','unknown','RUNNING',1700000000008,NULL,'','active','/srv/mlflow/mlruns/1/677ee7436d6c4fc9a6ad950de45945f2/artifacts',1,NULL);
CREATE TABLE "tags" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000), 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT tag_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
INSERT INTO "tags" VALUES('mlflow.runName','in the deleted one','64e41b89c7af45c2ac40485615360c61');
INSERT INTO "tags" VALUES('mlflow.runName','parent','6366ffd8abd94621b732f5cac5d83971');
INSERT INTO "tags" VALUES('mlflow.parentRunId','6366ffd8abd94621b732f5cac5d83971','43b2b01cae424a71ad3fe74c711fcc98');
INSERT INTO "tags" VALUES('mlflow.user','ada','43b2b01cae424a71ad3fe74c711fcc98');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','43b2b01cae424a71ad3fe74c711fcc98');
INSERT INTO "tags" VALUES('mlflow.runName','child 0','43b2b01cae424a71ad3fe74c711fcc98');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','43b2b01cae424a71ad3fe74c711fcc98');
INSERT INTO "tags" VALUES('mlflow.parentRunId','6366ffd8abd94621b732f5cac5d83971','87d0c5327c184fc7b73479666902d901');
INSERT INTO "tags" VALUES('mlflow.user','ada','87d0c5327c184fc7b73479666902d901');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','87d0c5327c184fc7b73479666902d901');
INSERT INTO "tags" VALUES('mlflow.runName','child 1','87d0c5327c184fc7b73479666902d901');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','87d0c5327c184fc7b73479666902d901');
INSERT INTO "tags" VALUES('mlflow.parentRunId','6366ffd8abd94621b732f5cac5d83971','53688cf76a69495cb9b45b1b71d49fad');
INSERT INTO "tags" VALUES('mlflow.user','ada','53688cf76a69495cb9b45b1b71d49fad');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','53688cf76a69495cb9b45b1b71d49fad');
INSERT INTO "tags" VALUES('mlflow.runName','child 2','53688cf76a69495cb9b45b1b71d49fad');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','53688cf76a69495cb9b45b1b71d49fad');
INSERT INTO "tags" VALUES('mlflow.parentRunId','6366ffd8abd94621b732f5cac5d83971','892de5bebb904e32a8cef6c5f4a9a3e0');
INSERT INTO "tags" VALUES('mlflow.user','ada','892de5bebb904e32a8cef6c5f4a9a3e0');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','892de5bebb904e32a8cef6c5f4a9a3e0');
INSERT INTO "tags" VALUES('mlflow.runName','child 3','892de5bebb904e32a8cef6c5f4a9a3e0');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','892de5bebb904e32a8cef6c5f4a9a3e0');
INSERT INTO "tags" VALUES('mlflow.runName','deleted','4ef167a73d9c4e89b632ed10d61bb0f7');
INSERT INTO "tags" VALUES('mlflow.runName','incongruous-ray-917','677ee7436d6c4fc9a6ad950de45945f2');
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
CREATE INDEX index_inputs_destination_type_destination_id_source_type ON inputs (destination_type, destination_id, source_type);
CREATE INDEX index_inputs_input_uuid ON inputs (input_uuid);
CREATE INDEX index_params_run_uuid ON params (run_uuid);
CREATE INDEX index_trace_info_experiment_id_timestamp_ms ON trace_info (experiment_id, timestamp_ms);
CREATE INDEX index_trace_tags_request_id ON trace_tags (request_id);
CREATE INDEX index_trace_request_metadata_request_id ON trace_request_metadata (request_id);
CREATE INDEX index_tags_run_uuid ON tags (run_uuid);
CREATE INDEX index_datasets_dataset_uuid ON datasets (dataset_uuid);
CREATE INDEX index_datasets_experiment_id_dataset_source_type ON datasets (experiment_id, dataset_source_type);
CREATE INDEX index_logged_model_metrics_model_id ON logged_model_metrics (model_id);
COMMIT;
