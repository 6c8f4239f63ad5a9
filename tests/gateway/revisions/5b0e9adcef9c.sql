-- made by MLflow 2.14.3
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('5b0e9adcef9c');
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
INSERT INTO "datasets" VALUES('4893d1246b174507b4e026766ed33202',1,'train','abc123','local','{"uri": "data.csv"}','{"mlflow_colspec": []}','{}');
INSERT INTO "datasets" VALUES('f9f5a860ef6a4972b9c11ff9457c8eac',1,'eval','def456','local','{}',NULL,NULL);
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
INSERT INTO "experiments" VALUES(0,'Default','/srv/mlflow/mlruns/0','active',1795931116721,1795931116721);
INSERT INTO "experiments" VALUES(1,'first','/srv/mlflow/mlruns/1','active',1795931116744,1795931116744);
INSERT INTO "experiments" VALUES(2,'empty','/srv/mlflow/mlruns/2','active',1795931116789,1795931116789);
INSERT INTO "experiments" VALUES(3,'gone','/srv/mlflow/mlruns/3','deleted',1795931116825,1795931116914);
CREATE TABLE input_tags (
	input_uuid VARCHAR(36) NOT NULL, 
	name VARCHAR(255) NOT NULL, 
	value VARCHAR(500) NOT NULL, 
	CONSTRAINT input_tags_pk PRIMARY KEY (input_uuid, name)
);
INSERT INTO "input_tags" VALUES('d5e0338f4be44e61ba6999cf6b1f3464','mlflow.data.context','training');
CREATE TABLE inputs (
	input_uuid VARCHAR(36) NOT NULL, 
	source_type VARCHAR(36) NOT NULL, 
	source_id VARCHAR(36) NOT NULL, 
	destination_type VARCHAR(36) NOT NULL, 
	destination_id VARCHAR(36) NOT NULL, 
	CONSTRAINT inputs_pk PRIMARY KEY (source_type, source_id, destination_type, destination_id)
);
INSERT INTO "inputs" VALUES('d5e0338f4be44e61ba6999cf6b1f3464','DATASET','4893d1246b174507b4e026766ed33202','RUN','5cc8a4b53f7949c0866df2a70cad5e63');
INSERT INTO "inputs" VALUES('58ed5022f72f468dbf0bd23456af3bd5','DATASET','f9f5a860ef6a4972b9c11ff9457c8eac','RUN','5cc8a4b53f7949c0866df2a70cad5e63');
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
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'5cc8a4b53f7949c0866df2a70cad5e63');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'5cc8a4b53f7949c0866df2a70cad5e63');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'5cc8a4b53f7949c0866df2a70cad5e63');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'5cc8a4b53f7949c0866df2a70cad5e63');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'5cc8a4b53f7949c0866df2a70cad5e63');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'a629f32b8245438fb9ec1165b957eda4');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'a629f32b8245438fb9ec1165b957eda4');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'a629f32b8245438fb9ec1165b957eda4');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'a629f32b8245438fb9ec1165b957eda4');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'a629f32b8245438fb9ec1165b957eda4');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'ca193949a49145c997cd65887eebb833');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'ca193949a49145c997cd65887eebb833');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'ca193949a49145c997cd65887eebb833');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'ca193949a49145c997cd65887eebb833');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'ca193949a49145c997cd65887eebb833');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'a85c589417e540b08ce3128c36ea8363');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'a85c589417e540b08ce3128c36ea8363');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'a85c589417e540b08ce3128c36ea8363');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'a85c589417e540b08ce3128c36ea8363');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'a85c589417e540b08ce3128c36ea8363');
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
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'5cc8a4b53f7949c0866df2a70cad5e63',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'5cc8a4b53f7949c0866df2a70cad5e63',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'5cc8a4b53f7949c0866df2a70cad5e63',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'5cc8a4b53f7949c0866df2a70cad5e63',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'5cc8a4b53f7949c0866df2a70cad5e63',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'5cc8a4b53f7949c0866df2a70cad5e63',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'5cc8a4b53f7949c0866df2a70cad5e63',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'5cc8a4b53f7949c0866df2a70cad5e63',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'5cc8a4b53f7949c0866df2a70cad5e63',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'5cc8a4b53f7949c0866df2a70cad5e63',7,0);
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'a629f32b8245438fb9ec1165b957eda4',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'a629f32b8245438fb9ec1165b957eda4',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'a629f32b8245438fb9ec1165b957eda4',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'a629f32b8245438fb9ec1165b957eda4',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'a629f32b8245438fb9ec1165b957eda4',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'a629f32b8245438fb9ec1165b957eda4',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'a629f32b8245438fb9ec1165b957eda4',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'a629f32b8245438fb9ec1165b957eda4',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'a629f32b8245438fb9ec1165b957eda4',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'a629f32b8245438fb9ec1165b957eda4',7,0);
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'ca193949a49145c997cd65887eebb833',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'ca193949a49145c997cd65887eebb833',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'ca193949a49145c997cd65887eebb833',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'ca193949a49145c997cd65887eebb833',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'ca193949a49145c997cd65887eebb833',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'ca193949a49145c997cd65887eebb833',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'ca193949a49145c997cd65887eebb833',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'ca193949a49145c997cd65887eebb833',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'ca193949a49145c997cd65887eebb833',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'ca193949a49145c997cd65887eebb833',7,0);
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'a85c589417e540b08ce3128c36ea8363',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'a85c589417e540b08ce3128c36ea8363',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'a85c589417e540b08ce3128c36ea8363',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'a85c589417e540b08ce3128c36ea8363',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'a85c589417e540b08ce3128c36ea8363',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'a85c589417e540b08ce3128c36ea8363',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'a85c589417e540b08ce3128c36ea8363',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'a85c589417e540b08ce3128c36ea8363',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'a85c589417e540b08ce3128c36ea8363',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'a85c589417e540b08ce3128c36ea8363',7,0);
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
INSERT INTO "model_versions" VALUES('churn',1,1795931117995,1795931118190,'v0',NULL,'Production','file:///srv/model/0','5cc8a4b53f7949c0866df2a70cad5e63','READY',NULL,NULL,'file:///srv/model/0');
INSERT INTO "model_versions" VALUES('churn',2,1795931118041,1795931118041,'v1',NULL,'None','file:///srv/model/1','5cc8a4b53f7949c0866df2a70cad5e63','READY',NULL,NULL,'file:///srv/model/1');
INSERT INTO "model_versions" VALUES('churn',3,1795931118071,1795931118267,NULL,NULL,'Deleted_Internal','REDACTED-SOURCE-PATH','REDACTED-RUN-ID','READY',NULL,'REDACTED-RUN-LINK','file:///srv/model/2');
INSERT INTO "model_versions" VALUES('Upper',1,1795931118233,1795931118233,NULL,NULL,'None','file:///srv/model/x',NULL,'READY',NULL,NULL,'file:///srv/model/x');
CREATE TABLE "params" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000) NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT param_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
INSERT INTO "params" VALUES('lr','0.0','5cc8a4b53f7949c0866df2a70cad5e63');
INSERT INTO "params" VALUES('empty','','5cc8a4b53f7949c0866df2a70cad5e63');
INSERT INTO "params" VALUES('lr','0.1','a629f32b8245438fb9ec1165b957eda4');
INSERT INTO "params" VALUES('empty','','a629f32b8245438fb9ec1165b957eda4');
INSERT INTO "params" VALUES('lr','0.2','ca193949a49145c997cd65887eebb833');
INSERT INTO "params" VALUES('empty','','ca193949a49145c997cd65887eebb833');
INSERT INTO "params" VALUES('lr','0.3','a85c589417e540b08ce3128c36ea8363');
INSERT INTO "params" VALUES('empty','','a85c589417e540b08ce3128c36ea8363');
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
INSERT INTO "registered_models" VALUES('churn',1795931117905,1795931118267,'A model');
INSERT INTO "registered_models" VALUES('bare',1795931117944,1795931117944,NULL);
INSERT INTO "registered_models" VALUES('Upper',1795931117972,1795931118233,NULL);
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
INSERT INTO "runs" VALUES('5b93767cd988434daad8fa3d3c57f75f','in the deleted one','UNKNOWN','','','unknown','RUNNING',1700000000000,NULL,'','deleted','/srv/mlflow/mlruns/3/5b93767cd988434daad8fa3d3c57f75f/artifacts',3,1795931116921);
INSERT INTO "runs" VALUES('667d4f4cd8e94ccda70ebcb8b1579e08','parent','UNKNOWN','','','unknown','RUNNING',1700000000000,NULL,'','active','/srv/mlflow/mlruns/1/667d4f4cd8e94ccda70ebcb8b1579e08/artifacts',1,NULL);
INSERT INTO "runs" VALUES('5cc8a4b53f7949c0866df2a70cad5e63','child 0','UNKNOWN','','','ada','FINISHED',1700000000000,1700000005000,'','active','/srv/mlflow/mlruns/1/5cc8a4b53f7949c0866df2a70cad5e63/artifacts',1,NULL);
INSERT INTO "runs" VALUES('a629f32b8245438fb9ec1165b957eda4','child 1','UNKNOWN','','','ada','FINISHED',1700000000000,1700000005000,'','active','/srv/mlflow/mlruns/1/a629f32b8245438fb9ec1165b957eda4/artifacts',1,NULL);
INSERT INTO "runs" VALUES('ca193949a49145c997cd65887eebb833','child 2','UNKNOWN','','','ada','FAILED',1700000000001,1700000005000,'','active','/srv/mlflow/mlruns/1/ca193949a49145c997cd65887eebb833/artifacts',1,NULL);
INSERT INTO "runs" VALUES('a85c589417e540b08ce3128c36ea8363','child 3','UNKNOWN','','','ada','FINISHED',1700000000001,1700000005000,'','active','/srv/mlflow/mlruns/1/a85c589417e540b08ce3128c36ea8363/artifacts',1,NULL);
INSERT INTO "runs" VALUES('64a9c7c7f7bb444da36c1240f27438e8','deleted','UNKNOWN','','','unknown','RUNNING',1700000000009,NULL,'','deleted','/srv/mlflow/mlruns/1/64a9c7c7f7bb444da36c1240f27438e8/artifacts',1,1795931117761);
INSERT INTO "runs" VALUES('650aef44e16d458f993fd093397f7e3c','trusting-finch-598','UNKNOWN','','','unknown','RUNNING',1700000000008,NULL,'','active','/srv/mlflow/mlruns/1/650aef44e16d458f993fd093397f7e3c/artifacts',1,NULL);
CREATE TABLE "tags" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(5000), 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT tag_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
INSERT INTO "tags" VALUES('mlflow.runName','in the deleted one','5b93767cd988434daad8fa3d3c57f75f');
INSERT INTO "tags" VALUES('mlflow.runName','parent','667d4f4cd8e94ccda70ebcb8b1579e08');
INSERT INTO "tags" VALUES('mlflow.parentRunId','667d4f4cd8e94ccda70ebcb8b1579e08','5cc8a4b53f7949c0866df2a70cad5e63');
INSERT INTO "tags" VALUES('mlflow.user','ada','5cc8a4b53f7949c0866df2a70cad5e63');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','5cc8a4b53f7949c0866df2a70cad5e63');
INSERT INTO "tags" VALUES('mlflow.runName','child 0','5cc8a4b53f7949c0866df2a70cad5e63');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','5cc8a4b53f7949c0866df2a70cad5e63');
INSERT INTO "tags" VALUES('mlflow.parentRunId','667d4f4cd8e94ccda70ebcb8b1579e08','a629f32b8245438fb9ec1165b957eda4');
INSERT INTO "tags" VALUES('mlflow.user','ada','a629f32b8245438fb9ec1165b957eda4');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','a629f32b8245438fb9ec1165b957eda4');
INSERT INTO "tags" VALUES('mlflow.runName','child 1','a629f32b8245438fb9ec1165b957eda4');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','a629f32b8245438fb9ec1165b957eda4');
INSERT INTO "tags" VALUES('mlflow.parentRunId','667d4f4cd8e94ccda70ebcb8b1579e08','ca193949a49145c997cd65887eebb833');
INSERT INTO "tags" VALUES('mlflow.user','ada','ca193949a49145c997cd65887eebb833');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','ca193949a49145c997cd65887eebb833');
INSERT INTO "tags" VALUES('mlflow.runName','child 2','ca193949a49145c997cd65887eebb833');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','ca193949a49145c997cd65887eebb833');
INSERT INTO "tags" VALUES('mlflow.parentRunId','667d4f4cd8e94ccda70ebcb8b1579e08','a85c589417e540b08ce3128c36ea8363');
INSERT INTO "tags" VALUES('mlflow.user','ada','a85c589417e540b08ce3128c36ea8363');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','a85c589417e540b08ce3128c36ea8363');
INSERT INTO "tags" VALUES('mlflow.runName','child 3','a85c589417e540b08ce3128c36ea8363');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','a85c589417e540b08ce3128c36ea8363');
INSERT INTO "tags" VALUES('mlflow.runName','deleted','64a9c7c7f7bb444da36c1240f27438e8');
INSERT INTO "tags" VALUES('mlflow.runName','trusting-finch-598','650aef44e16d458f993fd093397f7e3c');
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
