// The smallest Socket Mode client: acks everything; a test says what it does at a command and how it acks a submission.
import WebSocket from 'ws';

export const connect = async (url) => {
  const opened = await (await fetch(`${url}/api/apps.connections.open`, { method: 'POST', headers: { authorization: 'Bearer xapp-local-drc' } })).json();
  const ws = new WebSocket(opened.url);
  const client = { onCommand: async () => {}, submissionAck: undefined, close: () => ws.close() };
  ws.on('message', async (data) => {
    const m = JSON.parse(data);
    if (m.type === 'slash_commands') await client.onCommand(m.payload);
    if (m.envelope_id) ws.send(JSON.stringify({ envelope_id: m.envelope_id, ...(m.payload?.type === 'view_submission' ? { payload: client.submissionAck } : {}) }));
  });
  await new Promise((ok, no) => { ws.on('message', ok); ws.on('error', no); });
  return client;
};
