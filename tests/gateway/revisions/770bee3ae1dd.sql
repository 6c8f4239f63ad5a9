-- made by MLflow 3.2.0
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('770bee3ae1dd');
CREATE TABLE assessments (
	assessment_id VARCHAR(50) NOT NULL, 
	trace_id VARCHAR(50) NOT NULL, 
	name VARCHAR(250) NOT NULL, 
	assessment_type VARCHAR(20) NOT NULL, 
	value TEXT NOT NULL, 
	error TEXT, 
	created_timestamp BIGINT NOT NULL, 
	last_updated_timestamp BIGINT NOT NULL, 
	source_type VARCHAR(50) NOT NULL, 
	source_id VARCHAR(250), 
	run_id VARCHAR(32), 
	span_id VARCHAR(50), 
	rationale TEXT, 
	overrides VARCHAR(50), 
	valid BOOLEAN NOT NULL, 
	assessment_metadata TEXT, 
	CONSTRAINT assessments_pk PRIMARY KEY (assessment_id), 
	CONSTRAINT fk_assessments_trace_id FOREIGN KEY(trace_id) REFERENCES trace_info (request_id) ON DELETE CASCADE
);
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
INSERT INTO "datasets" VALUES('ed6dc50923884cd0a34ea44f97686ff5',1,'train','abc123','local','{"uri": "data.csv"}','{"mlflow_colspec": []}','{}');
INSERT INTO "datasets" VALUES('d8af3427f6604d819dbca908f9e701c7',1,'eval','def456','local','{}',NULL,NULL);
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
INSERT INTO "experiments" VALUES(0,'Default','/srv/mlflow/mlruns/0','active',1795931276298,1795931276298);
INSERT INTO "experiments" VALUES(1,'first','/srv/mlflow/mlruns/1','active',1795931276325,1795931276325);
INSERT INTO "experiments" VALUES(2,'empty','/srv/mlflow/mlruns/2','active',1795931276369,1795931276369);
INSERT INTO "experiments" VALUES(3,'gone','/srv/mlflow/mlruns/3','deleted',1795931276409,1795931277118);
CREATE TABLE input_tags (
	input_uuid VARCHAR(36) NOT NULL, 
	name VARCHAR(255) NOT NULL, 
	value VARCHAR(500) NOT NULL, 
	CONSTRAINT input_tags_pk PRIMARY KEY (input_uuid, name)
);
INSERT INTO "input_tags" VALUES('58c12f5868aa4c1a8c1c8fd2e3a0a157','mlflow.data.context','training');
CREATE TABLE inputs (
	input_uuid VARCHAR(36) NOT NULL, 
	source_type VARCHAR(36) NOT NULL, 
	source_id VARCHAR(36) NOT NULL, 
	destination_type VARCHAR(36) NOT NULL, 
	destination_id VARCHAR(36) NOT NULL, step BIGINT DEFAULT '0' NOT NULL, 
	CONSTRAINT inputs_pk PRIMARY KEY (source_type, source_id, destination_type, destination_id)
);
INSERT INTO "inputs" VALUES('58c12f5868aa4c1a8c1c8fd2e3a0a157','DATASET','ed6dc50923884cd0a34ea44f97686ff5','RUN','a9aac7049ce14e6a80e0fb92898dbc8a',0);
INSERT INTO "inputs" VALUES('05436f79caa544ec8c81afcd9e7c1381','DATASET','d8af3427f6604d819dbca908f9e701c7','RUN','a9aac7049ce14e6a80e0fb92898dbc8a',0);
INSERT INTO "inputs" VALUES('bcee93fddc0d47c3a265ba5c3ca6cdf3','RUN_OUTPUT','a9aac7049ce14e6a80e0fb92898dbc8a','MODEL_OUTPUT','m-5405322a192841fd9abe20b9ea6e108f',3);
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
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'a9aac7049ce14e6a80e0fb92898dbc8a');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'a9aac7049ce14e6a80e0fb92898dbc8a');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'a9aac7049ce14e6a80e0fb92898dbc8a');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'a9aac7049ce14e6a80e0fb92898dbc8a');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'a9aac7049ce14e6a80e0fb92898dbc8a');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'cc0c02d70e584611a5241c0e00a3cdba');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'cc0c02d70e584611a5241c0e00a3cdba');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'cc0c02d70e584611a5241c0e00a3cdba');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'cc0c02d70e584611a5241c0e00a3cdba');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'cc0c02d70e584611a5241c0e00a3cdba');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'1be4e33003b8460a802e448bb0fe2832');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'1be4e33003b8460a802e448bb0fe2832');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'1be4e33003b8460a802e448bb0fe2832');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'1be4e33003b8460a802e448bb0fe2832');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'1be4e33003b8460a802e448bb0fe2832');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'f2a6a9acfa154416ba891b1e1b040842');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'f2a6a9acfa154416ba891b1e1b040842');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'f2a6a9acfa154416ba891b1e1b040842');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'f2a6a9acfa154416ba891b1e1b040842');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'f2a6a9acfa154416ba891b1e1b040842');
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
INSERT INTO "logged_model_params" VALUES('m-5405322a192841fd9abe20b9ea6e108f',1,'depth','3');
CREATE TABLE logged_model_tags (
	model_id VARCHAR(36) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	tag_key VARCHAR(255) NOT NULL, 
	tag_value TEXT NOT NULL, 
	CONSTRAINT logged_model_tags_pk PRIMARY KEY (model_id, tag_key), 
	CONSTRAINT fk_logged_model_tags_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id), 
	CONSTRAINT fk_logged_model_tags_model_id FOREIGN KEY(model_id) REFERENCES logged_models (model_id) ON DELETE CASCADE
);
INSERT INTO "logged_model_tags" VALUES('m-5405322a192841fd9abe20b9ea6e108f',1,'a','b');
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
INSERT INTO "logged_models" VALUES('m-5405322a192841fd9abe20b9ea6e108f',1,'churn-model','/srv/mlflow/mlruns/1/models/m-5405322a192841fd9abe20b9ea6e108f/artifacts',1795931279147,1795931279245,2,'active',NULL,'a9aac7049ce14e6a80e0fb92898dbc8a',NULL);
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
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'a9aac7049ce14e6a80e0fb92898dbc8a',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'a9aac7049ce14e6a80e0fb92898dbc8a',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'a9aac7049ce14e6a80e0fb92898dbc8a',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'a9aac7049ce14e6a80e0fb92898dbc8a',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'a9aac7049ce14e6a80e0fb92898dbc8a',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'a9aac7049ce14e6a80e0fb92898dbc8a',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'a9aac7049ce14e6a80e0fb92898dbc8a',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'a9aac7049ce14e6a80e0fb92898dbc8a',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'a9aac7049ce14e6a80e0fb92898dbc8a',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'a9aac7049ce14e6a80e0fb92898dbc8a',7,0);
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'cc0c02d70e584611a5241c0e00a3cdba',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'cc0c02d70e584611a5241c0e00a3cdba',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'cc0c02d70e584611a5241c0e00a3cdba',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'cc0c02d70e584611a5241c0e00a3cdba',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'cc0c02d70e584611a5241c0e00a3cdba',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'cc0c02d70e584611a5241c0e00a3cdba',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'cc0c02d70e584611a5241c0e00a3cdba',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'cc0c02d70e584611a5241c0e00a3cdba',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'cc0c02d70e584611a5241c0e00a3cdba',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'cc0c02d70e584611a5241c0e00a3cdba',7,0);
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'1be4e33003b8460a802e448bb0fe2832',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'1be4e33003b8460a802e448bb0fe2832',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'1be4e33003b8460a802e448bb0fe2832',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'1be4e33003b8460a802e448bb0fe2832',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'1be4e33003b8460a802e448bb0fe2832',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'1be4e33003b8460a802e448bb0fe2832',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'1be4e33003b8460a802e448bb0fe2832',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'1be4e33003b8460a802e448bb0fe2832',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'1be4e33003b8460a802e448bb0fe2832',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'1be4e33003b8460a802e448bb0fe2832',7,0);
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'f2a6a9acfa154416ba891b1e1b040842',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'f2a6a9acfa154416ba891b1e1b040842',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'f2a6a9acfa154416ba891b1e1b040842',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'f2a6a9acfa154416ba891b1e1b040842',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'f2a6a9acfa154416ba891b1e1b040842',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'f2a6a9acfa154416ba891b1e1b040842',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'f2a6a9acfa154416ba891b1e1b040842',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'f2a6a9acfa154416ba891b1e1b040842',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'f2a6a9acfa154416ba891b1e1b040842',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'f2a6a9acfa154416ba891b1e1b040842',7,0);
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
INSERT INTO "model_versions" VALUES('churn',1,1795931278673,1795931278984,'v0',NULL,'Production','file:///srv/model/0','a9aac7049ce14e6a80e0fb92898dbc8a','READY',NULL,NULL,'file:///srv/model/0');
INSERT INTO "model_versions" VALUES('churn',2,1795931278733,1795931278733,'v1',NULL,'None','file:///srv/model/1','a9aac7049ce14e6a80e0fb92898dbc8a','READY',NULL,NULL,'file:///srv/model/1');
INSERT INTO "model_versions" VALUES('churn',3,1795931278785,1795931279095,NULL,NULL,'Deleted_Internal','REDACTED-SOURCE-PATH','REDACTED-RUN-ID','READY',NULL,'REDACTED-RUN-LINK','file:///srv/model/2');
INSERT INTO "model_versions" VALUES('Upper',1,1795931279041,1795931279041,NULL,NULL,'None','file:///srv/model/x',NULL,'READY',NULL,NULL,'file:///srv/model/x');
CREATE TABLE "params" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000) NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT param_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
INSERT INTO "params" VALUES('lr','0.0','a9aac7049ce14e6a80e0fb92898dbc8a');
INSERT INTO "params" VALUES('empty','','a9aac7049ce14e6a80e0fb92898dbc8a');
INSERT INTO "params" VALUES('lr','0.1','cc0c02d70e584611a5241c0e00a3cdba');
INSERT INTO "params" VALUES('empty','','cc0c02d70e584611a5241c0e00a3cdba');
INSERT INTO "params" VALUES('lr','0.2','1be4e33003b8460a802e448bb0fe2832');
INSERT INTO "params" VALUES('empty','','1be4e33003b8460a802e448bb0fe2832');
INSERT INTO "params" VALUES('lr','0.3','f2a6a9acfa154416ba891b1e1b040842');
INSERT INTO "params" VALUES('empty','','f2a6a9acfa154416ba891b1e1b040842');
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
INSERT INTO "registered_models" VALUES('churn',1795931278537,1795931279095,'A model');
INSERT INTO "registered_models" VALUES('bare',1795931278589,1795931278589,NULL);
INSERT INTO "registered_models" VALUES('Upper',1795931278637,1795931279041,NULL);
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
INSERT INTO "runs" VALUES('b056f0df17f34ab88e85fd3313c6f240','in the deleted one','UNKNOWN','','','unknown','RUNNING',1700000000000,NULL,'','deleted','/srv/mlflow/mlruns/3/b056f0df17f34ab88e85fd3313c6f240/artifacts',3,1795931277130);
INSERT INTO "runs" VALUES('c40d32c01a2349d4aa87a01122c2db01','parent','UNKNOWN','','','unknown','RUNNING',1700000000000,NULL,'','active','/srv/mlflow/mlruns/1/c40d32c01a2349d4aa87a01122c2db01/artifacts',1,NULL);
INSERT INTO "runs" VALUES('a9aac7049ce14e6a80e0fb92898dbc8a','child 0','UNKNOWN','','','ada','FINISHED',1700000000000,1700000005000,'','active','/srv/mlflow/mlruns/1/a9aac7049ce14e6a80e0fb92898dbc8a/artifacts',1,NULL);
INSERT INTO "runs" VALUES('cc0c02d70e584611a5241c0e00a3cdba','child 1','UNKNOWN','','','ada','FINISHED',1700000000000,1700000005000,'','active','/srv/mlflow/mlruns/1/cc0c02d70e584611a5241c0e00a3cdba/artifacts',1,NULL);
INSERT INTO "runs" VALUES('1be4e33003b8460a802e448bb0fe2832','child 2','UNKNOWN','','','ada','FAILED',1700000000001,1700000005000,'','active','/srv/mlflow/mlruns/1/1be4e33003b8460a802e448bb0fe2832/artifacts',1,NULL);
INSERT INTO "runs" VALUES('f2a6a9acfa154416ba891b1e1b040842','child 3','UNKNOWN','','','ada','FINISHED',1700000000001,1700000005000,'','active','/srv/mlflow/mlruns/1/f2a6a9acfa154416ba891b1e1b040842/artifacts',1,NULL);
INSERT INTO "runs" VALUES('9fe01491c0c944c99f018fd536755157','deleted','UNKNOWN','','','unknown','RUNNING',1700000000009,NULL,'','deleted','/srv/mlflow/mlruns/1/9fe01491c0c944c99f018fd536755157/artifacts',1,1795931278222);
INSERT INTO "runs" VALUES('48fe4993f0644d95a2d58095d8ecab13','tasteful-gnat-364','UNKNOWN','','','unknown','RUNNING',1700000000008,NULL,'','active','/srv/mlflow/mlruns/1/48fe4993f0644d95a2d58095d8ecab13/artifacts',1,NULL);
CREATE TABLE "tags" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000), 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT tag_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
INSERT INTO "tags" VALUES('mlflow.runName','in the deleted one','b056f0df17f34ab88e85fd3313c6f240');
INSERT INTO "tags" VALUES('mlflow.runName','parent','c40d32c01a2349d4aa87a01122c2db01');
INSERT INTO "tags" VALUES('mlflow.parentRunId','c40d32c01a2349d4aa87a01122c2db01','a9aac7049ce14e6a80e0fb92898dbc8a');
INSERT INTO "tags" VALUES('mlflow.user','ada','a9aac7049ce14e6a80e0fb92898dbc8a');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','a9aac7049ce14e6a80e0fb92898dbc8a');
INSERT INTO "tags" VALUES('mlflow.runName','child 0','a9aac7049ce14e6a80e0fb92898dbc8a');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','a9aac7049ce14e6a80e0fb92898dbc8a');
INSERT INTO "tags" VALUES('mlflow.parentRunId','c40d32c01a2349d4aa87a01122c2db01','cc0c02d70e584611a5241c0e00a3cdba');
INSERT INTO "tags" VALUES('mlflow.user','ada','cc0c02d70e584611a5241c0e00a3cdba');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','cc0c02d70e584611a5241c0e00a3cdba');
INSERT INTO "tags" VALUES('mlflow.runName','child 1','cc0c02d70e584611a5241c0e00a3cdba');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','cc0c02d70e584611a5241c0e00a3cdba');
INSERT INTO "tags" VALUES('mlflow.parentRunId','c40d32c01a2349d4aa87a01122c2db01','1be4e33003b8460a802e448bb0fe2832');
INSERT INTO "tags" VALUES('mlflow.user','ada','1be4e33003b8460a802e448bb0fe2832');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','1be4e33003b8460a802e448bb0fe2832');
INSERT INTO "tags" VALUES('mlflow.runName','child 2','1be4e33003b8460a802e448bb0fe2832');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','1be4e33003b8460a802e448bb0fe2832');
INSERT INTO "tags" VALUES('mlflow.parentRunId','c40d32c01a2349d4aa87a01122c2db01','f2a6a9acfa154416ba891b1e1b040842');
INSERT INTO "tags" VALUES('mlflow.user','ada','f2a6a9acfa154416ba891b1e1b040842');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','f2a6a9acfa154416ba891b1e1b040842');
INSERT INTO "tags" VALUES('mlflow.runName','child 3','f2a6a9acfa154416ba891b1e1b040842');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','f2a6a9acfa154416ba891b1e1b040842');
INSERT INTO "tags" VALUES('mlflow.runName','deleted','9fe01491c0c944c99f018fd536755157');
INSERT INTO "tags" VALUES('mlflow.runName','tasteful-gnat-364','48fe4993f0644d95a2d58095d8ecab13');
CREATE TABLE trace_info (
	request_id VARCHAR(50) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	timestamp_ms BIGINT NOT NULL, 
	execution_time_ms BIGINT, 
	status VARCHAR(50) NOT NULL, client_request_id VARCHAR(50), request_preview VARCHAR(1000), response_preview VARCHAR(1000), 
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
CREATE INDEX index_assessments_trace_id_created_timestamp ON assessments (trace_id, created_timestamp);
CREATE INDEX index_assessments_run_id_created_timestamp ON assessments (run_id, created_timestamp);
CREATE INDEX index_assessments_last_updated_timestamp ON assessments (last_updated_timestamp);
CREATE INDEX index_assessments_assessment_type ON assessments (assessment_type);
COMMIT;
