// How the scripts of uploads speak with the server.

// ask gets, or with a body posts, and returns the JSON of the answer. An error
// with a status carries the server's own sentence; one without is the network's.
// What a form says outlives its page.
export const ask = async (path, body, type, signal) => {
  const answer = await fetch(path, {
    method: body === undefined ? 'GET' : 'POST', body, keepalive: body instanceof URLSearchParams, signal, headers: { Accept: 'application/json', ...(type && { 'Content-Type': type }) },
  });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(said.erreur || 'Le serveur ne répond pas comme il devrait. Réessayez dans un moment.'), { status: answer.status });
  return said;
};

// open begins a transfer: fields are those of the form of /regie/deposer.
export const open = (fields) => ask('/regie/deposer', fields instanceof FormData ? new URLSearchParams(fields) : fields);
