//! The views that people query: ids and times as text, payloads as JSON.

/// Made anew on each connection, in its own memory: the file may be read-only, and views of another version need no
/// migration.
pub(crate) const VIEWS: &str = "
CREATE TEMP VIEW runs AS SELECT
  uuid_text(run.id) AS id, uuid_text(trace_id) AS trace_id, uuid_text(parent_id) AS parent_id,
  project.name AS project, run.name AS name, coalesce(run_type, 'chain') AS run_type,
  CASE status WHEN 1 THEN 'success' WHEN 2 THEN 'error' ELSE 'pending' END AS status,
  time_text(start_us) AS start_time, time_text(end_us) AS end_time,
  latency_us / 1e6 AS latency, (first_token_us - start_us) / 1e6 AS first_token_latency,
  model, prompt_tokens, completion_tokens, total_tokens, prompt_cost, completion_cost, total_cost,
  payload_text(inputs) AS inputs, payload_text(outputs) AS outputs, payload_text(error) AS error,
  json_extract(payload_text(payload.extra), '$.metadata') AS metadata, tags, thread_id,
  payload_text(payload.extra) AS extra, payload_text(events) AS events, payload_text(serialized) AS serialized,
  parent_id IS NULL AS is_root, depth, dotted_order, uuid_text(reference_example_id) AS reference_example_id,
  time_text(received_us) AS received_time, seq, rid
  FROM main.run JOIN main.project USING(pid) LEFT JOIN main.payload USING(rid);
CREATE TEMP VIEW traces AS SELECT
  uuid_text(trace.trace_id) AS id, root.name AS name,
  (SELECT project.name FROM main.run JOIN main.project USING(pid)
   WHERE run.trace_id = trace.trace_id ORDER BY dotted_order LIMIT 1) AS project,
  CASE root.status WHEN 1 THEN 'success' WHEN 2 THEN 'error' ELSE 'pending' END AS status,
  time_text(trace.start_us) AS start_time, time_text(trace.end_us) AS end_time,
  (trace.end_us - trace.start_us) / 1e6 AS latency,
  (trace.first_token_us - trace.start_us) / 1e6 AS first_token_latency,
  runs, errors, trace.prompt_tokens AS prompt_tokens, trace.completion_tokens AS completion_tokens,
  trace.total_tokens AS total_tokens, trace.prompt_cost AS prompt_cost, trace.completion_cost AS completion_cost,
  trace.total_cost AS total_cost, root.thread_id AS thread_id
  FROM main.trace LEFT JOIN main.run AS root ON root.id = trace.trace_id;
CREATE TEMP VIEW feedback AS SELECT
  uuid_text(id) AS id, uuid_text(run_id) AS run_id, uuid_text(trace_id) AS trace_id, key, score, value, comment,
  time_text(created_us) AS created_time, doc AS document FROM main.feedback;
CREATE TEMP VIEW attachments AS SELECT
  uuid_text(run.id) AS run_id, attachment.name AS name, mime AS mime_type, len AS size, data
  FROM main.attachment JOIN main.file USING(fid) JOIN main.run USING(rid);
CREATE TEMP VIEW projects AS SELECT
  uuid_text(id) AS id, name, description, extra, time_text(created_us) AS created_time FROM main.project;
";
