-- made by MLflow 3.4.0
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('71994744cf8e');
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
INSERT INTO "datasets" VALUES('e86185eaa9164e368b3c57fad4991f2e',1,'train','abc123','local','{"uri": "data.csv"}','{"mlflow_colspec": []}','{}');
INSERT INTO "datasets" VALUES('33fdbc9bde264cbb802a413c77f8878c',1,'eval','def456','local','{}',NULL,NULL);
CREATE TABLE entity_associations (
	association_id VARCHAR(36) NOT NULL, 
	source_type VARCHAR(36) NOT NULL, 
	source_id VARCHAR(36) NOT NULL, 
	destination_type VARCHAR(36) NOT NULL, 
	destination_id VARCHAR(36) NOT NULL, 
	created_time BIGINT, 
	CONSTRAINT entity_associations_pk PRIMARY KEY (source_type, source_id, destination_type, destination_id)
);
CREATE TABLE "evaluation_dataset_records" (
	dataset_record_id VARCHAR(36) NOT NULL, 
	dataset_id VARCHAR(36) NOT NULL, 
	inputs JSON NOT NULL, 
	expectations JSON, 
	tags JSON, 
	source JSON, 
	source_id VARCHAR(36), 
	source_type VARCHAR(255), 
	created_time BIGINT, 
	last_update_time BIGINT, 
	created_by VARCHAR(255), 
	last_updated_by VARCHAR(255), 
	input_hash VARCHAR(64) NOT NULL, 
	CONSTRAINT evaluation_dataset_records_pk PRIMARY KEY (dataset_record_id), 
	CONSTRAINT fk_evaluation_dataset_records_dataset_id FOREIGN KEY(dataset_id) REFERENCES evaluation_datasets (dataset_id) ON DELETE CASCADE, 
	CONSTRAINT unique_dataset_input UNIQUE (dataset_id, input_hash)
);
CREATE TABLE evaluation_dataset_tags (
	dataset_id VARCHAR(36) NOT NULL, 
	"key" VARCHAR(255) NOT NULL, 
	value VARCHAR(5000), 
	CONSTRAINT evaluation_dataset_tags_pk PRIMARY KEY (dataset_id, "key"), 
	CONSTRAINT fk_evaluation_dataset_tags_dataset_id FOREIGN KEY(dataset_id) REFERENCES evaluation_datasets (dataset_id) ON DELETE CASCADE
);
CREATE TABLE evaluation_datasets (
	dataset_id VARCHAR(36) NOT NULL, 
	name VARCHAR(255) NOT NULL, 
	schema TEXT, 
	profile TEXT, 
	digest VARCHAR(64), 
	created_time BIGINT, 
	last_update_time BIGINT, 
	created_by VARCHAR(255), 
	last_updated_by VARCHAR(255), 
	CONSTRAINT evaluation_datasets_pk PRIMARY KEY (dataset_id)
);
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
INSERT INTO "experiments" VALUES(0,'Default','/srv/mlflow/mlruns/0','active',1795931340655,1795931340655);
INSERT INTO "experiments" VALUES(1,'first','/srv/mlflow/mlruns/1','active',1795931340689,1795931340689);
INSERT INTO "experiments" VALUES(2,'empty','/srv/mlflow/mlruns/2','active',1795931340725,1795931340725);
INSERT INTO "experiments" VALUES(3,'gone','/srv/mlflow/mlruns/3','deleted',1795931340773,1795931340858);
CREATE TABLE input_tags (
	input_uuid VARCHAR(36) NOT NULL, 
	name VARCHAR(255) NOT NULL, 
	value VARCHAR(500) NOT NULL, 
	CONSTRAINT input_tags_pk PRIMARY KEY (input_uuid, name)
);
INSERT INTO "input_tags" VALUES('e4327b4dfea6455f9dd34b3a4379555f','mlflow.data.context','training');
CREATE TABLE inputs (
	input_uuid VARCHAR(36) NOT NULL, 
	source_type VARCHAR(36) NOT NULL, 
	source_id VARCHAR(36) NOT NULL, 
	destination_type VARCHAR(36) NOT NULL, 
	destination_id VARCHAR(36) NOT NULL, step BIGINT DEFAULT '0' NOT NULL, 
	CONSTRAINT inputs_pk PRIMARY KEY (source_type, source_id, destination_type, destination_id)
);
INSERT INTO "inputs" VALUES('e4327b4dfea6455f9dd34b3a4379555f','DATASET','e86185eaa9164e368b3c57fad4991f2e','RUN','d4e2f2f6e73442ffa396a78c8e11d04b',0);
INSERT INTO "inputs" VALUES('4c53cd1b73e541be90f1fd7a604abb17','DATASET','33fdbc9bde264cbb802a413c77f8878c','RUN','d4e2f2f6e73442ffa396a78c8e11d04b',0);
INSERT INTO "inputs" VALUES('a94861e5de6743bea2c3b70fd1c1bc84','RUN_OUTPUT','d4e2f2f6e73442ffa396a78c8e11d04b','MODEL_OUTPUT','m-92d7a67d376d4344a17b5379a8552e5c',3);
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
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'d4e2f2f6e73442ffa396a78c8e11d04b');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'d4e2f2f6e73442ffa396a78c8e11d04b');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'d4e2f2f6e73442ffa396a78c8e11d04b');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'d4e2f2f6e73442ffa396a78c8e11d04b');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'d4e2f2f6e73442ffa396a78c8e11d04b');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'8140db9d89f342928ae2697bfd31e518');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'8140db9d89f342928ae2697bfd31e518');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'8140db9d89f342928ae2697bfd31e518');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'8140db9d89f342928ae2697bfd31e518');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'8140db9d89f342928ae2697bfd31e518');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'7f5548c18b294e5d9eeb75f63bf50914');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'7f5548c18b294e5d9eeb75f63bf50914');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'7f5548c18b294e5d9eeb75f63bf50914');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'7f5548c18b294e5d9eeb75f63bf50914');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'7f5548c18b294e5d9eeb75f63bf50914');
INSERT INTO "latest_metrics" VALUES('loss',0.2,1700000000004,4,0,'cd7d29d25ebe48eeb3ad6ffa55598a70');
INSERT INTO "latest_metrics" VALUES('nan',0.0,1,0,1,'cd7d29d25ebe48eeb3ad6ffa55598a70');
INSERT INTO "latest_metrics" VALUES('inf',1.79769313486231562234e+308,2,1,0,'cd7d29d25ebe48eeb3ad6ffa55598a70');
INSERT INTO "latest_metrics" VALUES('-inf',-1.79769313486231562234e+308,3,2,0,'cd7d29d25ebe48eeb3ad6ffa55598a70');
INSERT INTO "latest_metrics" VALUES('back',3.0,1700000000000,7,0,'cd7d29d25ebe48eeb3ad6ffa55598a70');
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
INSERT INTO "logged_model_params" VALUES('m-92d7a67d376d4344a17b5379a8552e5c',1,'depth','3');
CREATE TABLE logged_model_tags (
	model_id VARCHAR(36) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	tag_key VARCHAR(255) NOT NULL, 
	tag_value TEXT NOT NULL, 
	CONSTRAINT logged_model_tags_pk PRIMARY KEY (model_id, tag_key), 
	CONSTRAINT fk_logged_model_tags_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id), 
	CONSTRAINT fk_logged_model_tags_model_id FOREIGN KEY(model_id) REFERENCES logged_models (model_id) ON DELETE CASCADE
);
INSERT INTO "logged_model_tags" VALUES('m-92d7a67d376d4344a17b5379a8552e5c',1,'a','b');
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
INSERT INTO "logged_models" VALUES('m-92d7a67d376d4344a17b5379a8552e5c',1,'churn-model','/srv/mlflow/mlruns/1/models/m-92d7a67d376d4344a17b5379a8552e5c/artifacts',1795931342601,1795931342662,2,'active',NULL,'d4e2f2f6e73442ffa396a78c8e11d04b',NULL);
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
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'d4e2f2f6e73442ffa396a78c8e11d04b',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'d4e2f2f6e73442ffa396a78c8e11d04b',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'d4e2f2f6e73442ffa396a78c8e11d04b',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'d4e2f2f6e73442ffa396a78c8e11d04b',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'d4e2f2f6e73442ffa396a78c8e11d04b',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'d4e2f2f6e73442ffa396a78c8e11d04b',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'d4e2f2f6e73442ffa396a78c8e11d04b',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'d4e2f2f6e73442ffa396a78c8e11d04b',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'d4e2f2f6e73442ffa396a78c8e11d04b',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'d4e2f2f6e73442ffa396a78c8e11d04b',7,0);
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'8140db9d89f342928ae2697bfd31e518',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'8140db9d89f342928ae2697bfd31e518',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'8140db9d89f342928ae2697bfd31e518',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'8140db9d89f342928ae2697bfd31e518',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'8140db9d89f342928ae2697bfd31e518',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'8140db9d89f342928ae2697bfd31e518',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'8140db9d89f342928ae2697bfd31e518',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'8140db9d89f342928ae2697bfd31e518',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'8140db9d89f342928ae2697bfd31e518',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'8140db9d89f342928ae2697bfd31e518',7,0);
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'7f5548c18b294e5d9eeb75f63bf50914',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'7f5548c18b294e5d9eeb75f63bf50914',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'7f5548c18b294e5d9eeb75f63bf50914',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'7f5548c18b294e5d9eeb75f63bf50914',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'7f5548c18b294e5d9eeb75f63bf50914',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'7f5548c18b294e5d9eeb75f63bf50914',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'7f5548c18b294e5d9eeb75f63bf50914',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'7f5548c18b294e5d9eeb75f63bf50914',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'7f5548c18b294e5d9eeb75f63bf50914',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'7f5548c18b294e5d9eeb75f63bf50914',7,0);
INSERT INTO "metrics" VALUES('loss',1.0,1700000000000,'cd7d29d25ebe48eeb3ad6ffa55598a70',0,0);
INSERT INTO "metrics" VALUES('loss',0.5,1700000000001,'cd7d29d25ebe48eeb3ad6ffa55598a70',1,0);
INSERT INTO "metrics" VALUES('loss',3.33333333333333314829e-01,1700000000002,'cd7d29d25ebe48eeb3ad6ffa55598a70',2,0);
INSERT INTO "metrics" VALUES('loss',0.25,1700000000003,'cd7d29d25ebe48eeb3ad6ffa55598a70',3,0);
INSERT INTO "metrics" VALUES('loss',0.2,1700000000004,'cd7d29d25ebe48eeb3ad6ffa55598a70',4,0);
INSERT INTO "metrics" VALUES('nan',0.0,1,'cd7d29d25ebe48eeb3ad6ffa55598a70',0,1);
INSERT INTO "metrics" VALUES('inf',1.79769313486231562234e+308,2,'cd7d29d25ebe48eeb3ad6ffa55598a70',1,0);
INSERT INTO "metrics" VALUES('-inf',-1.79769313486231562234e+308,3,'cd7d29d25ebe48eeb3ad6ffa55598a70',2,0);
INSERT INTO "metrics" VALUES('back',3.0,1700000000000,'cd7d29d25ebe48eeb3ad6ffa55598a70',7,0);
INSERT INTO "metrics" VALUES('back',2.0,1700000000000,'cd7d29d25ebe48eeb3ad6ffa55598a70',7,0);
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
INSERT INTO "model_versions" VALUES('churn',1,1795931342193,1795931342454,'v0',NULL,'Production','file:///srv/model/0','d4e2f2f6e73442ffa396a78c8e11d04b','READY',NULL,NULL,'file:///srv/model/0');
INSERT INTO "model_versions" VALUES('churn',2,1795931342241,1795931342241,'v1',NULL,'None','file:///srv/model/1','d4e2f2f6e73442ffa396a78c8e11d04b','READY',NULL,NULL,'file:///srv/model/1');
INSERT INTO "model_versions" VALUES('churn',3,1795931342277,1795931342551,NULL,NULL,'Deleted_Internal','REDACTED-SOURCE-PATH','REDACTED-RUN-ID','READY',NULL,'REDACTED-RUN-LINK','file:///srv/model/2');
INSERT INTO "model_versions" VALUES('Upper',1,1795931342509,1795931342509,NULL,NULL,'None','file:///srv/model/x',NULL,'READY',NULL,NULL,'file:///srv/model/x');
CREATE TABLE "params" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000) NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT param_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
INSERT INTO "params" VALUES('lr','0.0','d4e2f2f6e73442ffa396a78c8e11d04b');
INSERT INTO "params" VALUES('empty','','d4e2f2f6e73442ffa396a78c8e11d04b');
INSERT INTO "params" VALUES('lr','0.1','8140db9d89f342928ae2697bfd31e518');
INSERT INTO "params" VALUES('empty','','8140db9d89f342928ae2697bfd31e518');
INSERT INTO "params" VALUES('lr','0.2','7f5548c18b294e5d9eeb75f63bf50914');
INSERT INTO "params" VALUES('empty','','7f5548c18b294e5d9eeb75f63bf50914');
INSERT INTO "params" VALUES('lr','0.3','cd7d29d25ebe48eeb3ad6ffa55598a70');
INSERT INTO "params" VALUES('empty','','cd7d29d25ebe48eeb3ad6ffa55598a70');
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
INSERT INTO "registered_models" VALUES('churn',1795931342077,1795931342551,'A model');
INSERT INTO "registered_models" VALUES('bare',1795931342129,1795931342129,NULL);
INSERT INTO "registered_models" VALUES('Upper',1795931342168,1795931342509,NULL);
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
INSERT INTO "runs" VALUES('cacdb1242ba04f8192ac726e53bffc88','in the deleted one','UNKNOWN','','','unknown','RUNNING',1700000000000,NULL,'','deleted','/srv/mlflow/mlruns/3/cacdb1242ba04f8192ac726e53bffc88/artifacts',3,1795931340871);
INSERT INTO "runs" VALUES('58fc64101a4e482398c87f7666c58eee','parent','UNKNOWN','','','unknown','RUNNING',1700000000000,NULL,'','active','/srv/mlflow/mlruns/1/58fc64101a4e482398c87f7666c58eee/artifacts',1,NULL);
INSERT INTO "runs" VALUES('d4e2f2f6e73442ffa396a78c8e11d04b','child 0','UNKNOWN','','','ada','FINISHED',1700000000000,1700000005000,'','active','/srv/mlflow/mlruns/1/d4e2f2f6e73442ffa396a78c8e11d04b/artifacts',1,NULL);
INSERT INTO "runs" VALUES('8140db9d89f342928ae2697bfd31e518','child 1','UNKNOWN','','','ada','FINISHED',1700000000000,1700000005000,'','active','/srv/mlflow/mlruns/1/8140db9d89f342928ae2697bfd31e518/artifacts',1,NULL);
INSERT INTO "runs" VALUES('7f5548c18b294e5d9eeb75f63bf50914','child 2','UNKNOWN','','','ada','FAILED',1700000000001,1700000005000,'','active','/srv/mlflow/mlruns/1/7f5548c18b294e5d9eeb75f63bf50914/artifacts',1,NULL);
INSERT INTO "runs" VALUES('cd7d29d25ebe48eeb3ad6ffa55598a70','child 3','UNKNOWN','','','ada','FINISHED',1700000000001,1700000005000,'','active','/srv/mlflow/mlruns/1/cd7d29d25ebe48eeb3ad6ffa55598a70/artifacts',1,NULL);
INSERT INTO "runs" VALUES('7c8ce91a6ec54bfcafe17774832f15bc','deleted','UNKNOWN','','','unknown','RUNNING',1700000000009,NULL,'','deleted','/srv/mlflow/mlruns/1/7c8ce91a6ec54bfcafe17774832f15bc/artifacts',1,1795931341805);
INSERT INTO "runs" VALUES('794e607f04a04a3cb4778cb0f3669785','dashing-ram-288','UNKNOWN','','','unknown','RUNNING',1700000000008,NULL,'','active','/srv/mlflow/mlruns/1/794e607f04a04a3cb4778cb0f3669785/artifacts',1,NULL);
CREATE TABLE scorer_versions (
	scorer_id VARCHAR(36) NOT NULL, 
	scorer_version INTEGER NOT NULL, 
	serialized_scorer TEXT NOT NULL, 
	creation_time BIGINT, 
	CONSTRAINT scorer_version_pk PRIMARY KEY (scorer_id, scorer_version), 
	CONSTRAINT fk_scorer_versions_scorer_id FOREIGN KEY(scorer_id) REFERENCES scorers (scorer_id) ON DELETE CASCADE
);
CREATE TABLE scorers (
	experiment_id INTEGER NOT NULL, 
	scorer_name VARCHAR(256) NOT NULL, 
	scorer_id VARCHAR(36) NOT NULL, 
	CONSTRAINT scorer_pk PRIMARY KEY (scorer_id), 
	CONSTRAINT fk_scorers_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id) ON DELETE CASCADE
);
CREATE TABLE spans (
	trace_id VARCHAR(50) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	span_id VARCHAR(50) NOT NULL, 
	parent_span_id VARCHAR(50), 
	name TEXT, 
	type VARCHAR(500), 
	status VARCHAR(50) NOT NULL, 
	start_time_unix_nano BIGINT NOT NULL, 
	end_time_unix_nano BIGINT, 
	duration_ns BIGINT GENERATED ALWAYS AS (end_time_unix_nano - start_time_unix_nano) STORED, 
	content TEXT NOT NULL, 
	CONSTRAINT spans_pk PRIMARY KEY (trace_id, span_id), 
	CONSTRAINT fk_spans_trace_id FOREIGN KEY(trace_id) REFERENCES trace_info (request_id) ON DELETE CASCADE, 
	CONSTRAINT fk_spans_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id)
);
CREATE TABLE "tags" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000), 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT tag_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
INSERT INTO "tags" VALUES('mlflow.runName','in the deleted one','cacdb1242ba04f8192ac726e53bffc88');
INSERT INTO "tags" VALUES('mlflow.runName','parent','58fc64101a4e482398c87f7666c58eee');
INSERT INTO "tags" VALUES('mlflow.parentRunId','58fc64101a4e482398c87f7666c58eee','d4e2f2f6e73442ffa396a78c8e11d04b');
INSERT INTO "tags" VALUES('mlflow.user','ada','d4e2f2f6e73442ffa396a78c8e11d04b');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','d4e2f2f6e73442ffa396a78c8e11d04b');
INSERT INTO "tags" VALUES('mlflow.runName','child 0','d4e2f2f6e73442ffa396a78c8e11d04b');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','d4e2f2f6e73442ffa396a78c8e11d04b');
INSERT INTO "tags" VALUES('mlflow.parentRunId','58fc64101a4e482398c87f7666c58eee','8140db9d89f342928ae2697bfd31e518');
INSERT INTO "tags" VALUES('mlflow.user','ada','8140db9d89f342928ae2697bfd31e518');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','8140db9d89f342928ae2697bfd31e518');
INSERT INTO "tags" VALUES('mlflow.runName','child 1','8140db9d89f342928ae2697bfd31e518');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','8140db9d89f342928ae2697bfd31e518');
INSERT INTO "tags" VALUES('mlflow.parentRunId','58fc64101a4e482398c87f7666c58eee','7f5548c18b294e5d9eeb75f63bf50914');
INSERT INTO "tags" VALUES('mlflow.user','ada','7f5548c18b294e5d9eeb75f63bf50914');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','7f5548c18b294e5d9eeb75f63bf50914');
INSERT INTO "tags" VALUES('mlflow.runName','child 2','7f5548c18b294e5d9eeb75f63bf50914');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','7f5548c18b294e5d9eeb75f63bf50914');
INSERT INTO "tags" VALUES('mlflow.parentRunId','58fc64101a4e482398c87f7666c58eee','cd7d29d25ebe48eeb3ad6ffa55598a70');
INSERT INTO "tags" VALUES('mlflow.user','ada','cd7d29d25ebe48eeb3ad6ffa55598a70');
INSERT INTO "tags" VALUES('odd‮','漢字 🧪 ''x''','cd7d29d25ebe48eeb3ad6ffa55598a70');
INSERT INTO "tags" VALUES('mlflow.runName','child 3','cd7d29d25ebe48eeb3ad6ffa55598a70');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','0000000000000000000000000000000000000000','cd7d29d25ebe48eeb3ad6ffa55598a70');
INSERT INTO "tags" VALUES('mlflow.runName','deleted','7c8ce91a6ec54bfcafe17774832f15bc');
INSERT INTO "tags" VALUES('mlflow.runName','dashing-ram-288','794e607f04a04a3cb4778cb0f3669785');
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
CREATE TABLE webhook_events (
	webhook_id VARCHAR(256) NOT NULL, 
	entity VARCHAR(50) NOT NULL, 
	action VARCHAR(50) NOT NULL, 
	CONSTRAINT webhook_event_pk PRIMARY KEY (webhook_id, entity, action), 
	FOREIGN KEY(webhook_id) REFERENCES webhooks (webhook_id) ON DELETE cascade
);
CREATE TABLE webhooks (
	webhook_id VARCHAR(256) NOT NULL, 
	name VARCHAR(256) NOT NULL, 
	description VARCHAR(1000), 
	url VARCHAR(500) NOT NULL, 
	status VARCHAR(20) DEFAULT 'ACTIVE' NOT NULL, 
	secret VARCHAR(1000), 
	creation_timestamp BIGINT, 
	last_updated_timestamp BIGINT, 
	deleted_timestamp BIGINT, 
	CONSTRAINT webhook_pk PRIMARY KEY (webhook_id)
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
CREATE INDEX index_spans_experiment_id ON spans (experiment_id);
CREATE INDEX index_spans_experiment_id_status_type ON spans (experiment_id, status, type);
CREATE INDEX index_spans_experiment_id_type_status ON spans (experiment_id, type, status);
CREATE INDEX index_spans_experiment_id_duration ON spans (experiment_id, duration_ns);
CREATE INDEX index_entity_associations_association_id ON entity_associations (association_id);
CREATE INDEX index_entity_associations_reverse_lookup ON entity_associations (destination_type, destination_id, source_type, source_id);
CREATE INDEX idx_webhooks_status ON webhooks (status);
CREATE INDEX idx_webhooks_name ON webhooks (name);
CREATE INDEX idx_webhook_events_entity ON webhook_events (entity);
CREATE INDEX idx_webhook_events_action ON webhook_events (action);
CREATE INDEX idx_webhook_events_entity_action ON webhook_events (entity, action);
CREATE UNIQUE INDEX index_scorers_experiment_id_scorer_name ON scorers (experiment_id, scorer_name);
CREATE INDEX index_scorer_versions_scorer_id ON scorer_versions (scorer_id);
CREATE INDEX index_evaluation_datasets_name ON evaluation_datasets (name);
CREATE INDEX index_evaluation_datasets_created_time ON evaluation_datasets (created_time);
CREATE INDEX index_evaluation_dataset_tags_dataset_id ON evaluation_dataset_tags (dataset_id);
CREATE INDEX index_evaluation_dataset_records_dataset_id ON evaluation_dataset_records (dataset_id);
COMMIT;
