// What LangSmith's JavaScript SDK has sent is read back with it. Prints a line for each call, `ok` or `FAILED`.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

// the package is in the folder in which the program is started, not beside this file
const require = createRequire(process.cwd() + "/");
const load = async (name) => import(pathToFileURL(require.resolve(name)).href);
const { Client, uuid7 } = await load("langsmith");
const { traceable } = await load("langsmith/traceable");

const PROJECT = "clients";
const THREAD = "t1";
const FILE = Uint8Array.from({ length: 1024 }, (_, at) => at % 256);
const client = new Client();
let failed = 0;

async function call(name, check) {
    try {
        await check();
        console.log(`ok | ${name}`);
    } catch (error) {
        failed += 1;
        console.log(`FAILED | ${name} | ${error.stack ?? error}`);
    }
}

async function all(runs) {
    const found = [];
    for await (const run of runs) found.push(run);
    return found;
}

const names = (runs) => runs.map((run) => run.name).sort();
const tree = (runs) => {
    const byId = new Map(runs.map((run) => [run.id, run.name]));
    return runs.map((run) => `${run.name} < ${byId.get(run.parent_run_id) ?? "-"}`).sort();
};

const usage = { input_tokens: 11, output_tokens: 7, total_tokens: 18 };
const model = traceable(async (prompt) => ({ text: prompt.toUpperCase(), usage_metadata: usage }), {
    name: "model", run_type: "llm", tags: ["small"], metadata: { ls_model_name: "tiny" }, client,
});
const failing = traceable(async (n) => { throw new Error(`bad ${n}`); }, { name: "failing", run_type: "tool", client });
const tokens = traceable(async function* (n) { for (let at = 0; at < n; at++) yield String(at); }, {
    name: "tokens", aggregator: (items) => ({ joined: items.join("") }), client,
});
const pooled = traceable(async (n) => n * n, { name: "pooled", client });

async function agent(question) {
    const answer = await model(question);
    await failing(1).catch(() => undefined);
    const squares = await Promise.all([0, 1, 2].map((n) => pooled(n)));
    const streamed = [];
    for await (const token of tokens(3)) streamed.push(token);
    return { answer: answer.text, tokens: streamed, squares };
}

const settings = (id) => ({ name: "agent", id, project_name: PROJECT, metadata: { thread_id: THREAD }, tags: ["top"], client });
const [first, second, third] = [uuid7(), uuid7(), uuid7()];
await traceable(agent, settings(first))("héllo");
await traceable(agent, settings(second))("again");
const withFile = traceable(({ question }) => question, {
    name: "with_file", id: third, project_name: PROJECT, client,
    extractAttachments: ({ doc, ...rest }) => [{ doc }, rest],
});
await withFile({ question: "what?", doc: { mimeType: "application/pdf", data: FILE } });
await client.flush();
await client.awaitPendingTraceBatches();

const TREE = ["agent < -", "failing < agent", "model < agent", "pooled < agent", "pooled < agent", "pooled < agent", "tokens < agent"];
let project;

await call("readProject, hasProject, listProjects", async () => {
    project = (await client.readProject({ projectName: PROJECT })).id;
    assert.equal(await client.hasProject({ projectName: PROJECT }), true);
    assert.equal(await client.hasProject({ projectName: "nope" }), false);
    assert.ok(names(await all(client.listProjects())).includes(PROJECT));
});
await call("listRuns: names and parents of nested, streamed and parallel runs", async () => {
    const runs = await all(client.listRuns({ projectName: PROJECT }));
    assert.equal(runs.length, 15);
    assert.deepEqual(tree(runs.filter((run) => run.trace_id === first)), TREE);
});
await call("readRun, listRuns({traceId}): fields", async () => {
    const root = await client.readRun(first);
    assert.deepEqual([root.name, root.run_type, root.status], ["agent", "chain", "success"]);
    assert.deepEqual(root.inputs, { input: "héllo" });
    assert.deepEqual(root.outputs, { answer: "HÉLLO", tokens: ["0", "1", "2"], squares: [0, 1, 4] });
    assert.deepEqual(root.tags, ["top"]);
    assert.equal(root.extra.metadata.thread_id, THREAD);
    const below = Object.fromEntries((await all(client.listRuns({ traceId: first }))).map((run) => [run.name, run]));
    assert.ok(below.model.tags.includes("small"));
    assert.equal(below.model.extra.metadata.ls_model_name, "tiny");
    assert.deepEqual(below.model.outputs, { text: "HÉLLO", usage_metadata: usage });
    assert.deepEqual([below.model.prompt_tokens, below.model.completion_tokens, below.model.total_tokens], [11, 7, 18]);
    assert.equal(below.failing.status, "error");
    assert.match(below.failing.error, /bad 1/);
    assert.deepEqual(below.tokens.outputs, { joined: "012" });
});
await call("listRuns: isRoot, limit, filter, error", async () => {
    const found = async (conditions) => names(await all(client.listRuns({ projectName: PROJECT, ...conditions })));
    assert.deepEqual(await found({ isRoot: true }), ["agent", "agent", "with_file"]);
    assert.equal((await found({ limit: 3 })).length, 3);
    assert.deepEqual(await found({ filter: 'and(has(tags, "small"), eq(run_type, "llm"))' }), ["model", "model"]);
    assert.deepEqual(await found({ error: true, runType: "tool" }), ["failing", "failing"]);
    assert.deepEqual(await found({ treeFilter: 'eq(name, "tokens")', isRoot: true }), ["agent", "agent"]);
});
await call("readRun({loadChildRuns})", async () => {
    const root = await client.readRun(second, { loadChildRuns: true });
    assert.deepEqual(names(root.child_runs), ["failing", "model", "pooled", "pooled", "pooled", "tokens"]);
});
await call("readRun: unknown id", async () => {
    await assert.rejects(client.readRun("00000000-0000-4000-8000-000000000005"), /404|not found/i);
});
await call("readRun: bytes and type of a file", async () => {
    const files = (await client.readRun(third)).s3_urls ?? {};
    const { presigned_url: url, mime_type: type } = files["attachment.doc"];
    const answer = await fetch(url.startsWith("http") ? url : process.env.LANGSMITH_ENDPOINT + url);
    assert.equal(answer.headers.get("content-type"), "application/pdf");
    if (type !== undefined) assert.equal(type, "application/pdf");
    assert.deepEqual(new Uint8Array(await answer.arrayBuffer()), FILE);
});
await call("getRunUrl", async () => assert.ok((await client.getRunUrl({ runId: first })).includes(first)));
await call("createFeedback, listFeedback", async () => {
    await client.createFeedback(first, "k", { score: 1, comment: "fine" });
    const found = await all(client.listFeedback({ runIds: [first] }));
    assert.deepEqual(found.map((one) => [one.key, one.score, one.comment, one.run_id]), [["k", 1, "fine", first]]);
});
await call("shareRun, unshareRun", async () => {
    assert.match(await client.shareRun(first), /public/);
    await client.unshareRun(first);
});
await call("getRunStats", async () => assert.equal((await client.getRunStats({ projectNames: [PROJECT] })).run_count, 15));
await call("createRun, updateRun", async () => {
    const id = crypto.randomUUID();
    await client.createRun({ id, name: "by hand", run_type: "chain", inputs: { a: 1 }, project_name: "other", start_time: Date.now() });
    await client.updateRun(id, { outputs: { b: 2 }, end_time: Date.now() });
    await client.awaitPendingTraceBatches();
    const run = await client.readRun(id);
    assert.deepEqual([run.name, run.inputs, run.outputs], ["by hand", { a: 1 }, { b: 2 }]);
});
await call("listGroupRuns", async () => {
    const groups = await all(client.listGroupRuns({ projectName: PROJECT, groupBy: "conversation" }));
    assert.deepEqual(groups.map((group) => [group.group_key, group.count]), [[THREAD, 2]]);
});
await call("listThreads, readThread", async () => {
    assert.deepEqual((await client.listThreads({ projectName: PROJECT })).map((thread) => thread.thread_id), [THREAD]);
    const turns = await all(client.readThread({ threadId: THREAD, projectName: PROJECT }));
    assert.deepEqual(turns.map((run) => run.id), [first, second]);
});
await call("v2 runs.query, runs.retrieve, runs.getURL", async () => {
    const runs = await all(client.runs.query({ project_ids: [project], selects: ["ID", "NAME"], page_size: 4 }));
    assert.equal(runs.length, 15);
    const run = await client.runs.retrieve(first, { project_id: project, selects: ["ID", "NAME", "INPUTS"] });
    assert.deepEqual([run.id, run.name, run.inputs], [first, "agent", { input: "héllo" }]);
    const { url } = await client.runs.getURL(first, { project_id: project, trace_id: first });
    assert.ok(url.includes(first));
});
await call("v2 traces.query, traces.listRuns", async () => {
    assert.equal((await all(client.traces.query({ project_id: project, selects: ["ID", "NAME"] }))).length, 3);
    const { items } = await client.traces.listRuns(first, { project_id: project, selects: ["ID", "NAME"] });
    assert.equal(items.length, 7);
});
await call("v2 threads.query, threads.listTraces", async () => {
    assert.deepEqual((await all(client.threads.query({ project_id: project }))).map((one) => one.thread_id), [THREAD]);
    const traces = await all(client.threads.listTraces(THREAD, { project_id: project, selects: ["TRACE_ID"] }));
    assert.deepEqual(traces.map((trace) => trace.trace_id).sort(), [first, second].sort());
});
process.exit(failed ? 1 : 0);
