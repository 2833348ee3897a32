// Files dropped or pasted anywhere in the studio. A page that takes files itself
// hears "regie:files"; on any other they are sent from a panel at the bottom of
// the page, to where its main element says (data-drop).
const main = () => document.querySelector('main');
const place = () => {
  const { drop = '/regie/deposer', dropName } = main()?.dataset ?? {};
  return { query: new URLSearchParams(drop.split('?')[1]), name: dropName };
};

let overlay = null;

const carries = (event) => [...(event.dataTransfer?.types ?? [])].includes('Files');

const hide = () => {
  overlay?.remove();
  overlay = null;
};

addEventListener('dragenter', (event) => {
  if (!carries(event)) return;
  event.preventDefault();
  if (overlay) return;
  overlay = document.createElement('div');
  overlay.className = 'drop';
  const { name } = place();
  overlay.textContent = name ? `Déposer dans ${name.includes('«') ? name : `« ${name} »`}`.replace('« ', '«\u00a0').replace(' »', '\u00a0»') : 'Déposer dans vos rushes hors sujet';
  document.body.append(overlay);
});
addEventListener('dragover', (event) => { if (carries(event)) event.preventDefault(); });
addEventListener('dragleave', (event) => { if (!event.relatedTarget) hide(); }); // out of the window
addEventListener('drop', async (event) => {
  if (!carries(event)) return;
  event.preventDefault();
  hide();
  hand(await unfolded(event.dataTransfer));
});

addEventListener('paste', (event) => {
  if (event.target.closest?.('input, textarea, [contenteditable]')) return;
  const files = [...(event.clipboardData?.files ?? [])];
  if (files.length) {
    event.preventDefault();
    hand(files.map((file) => ({ file: named(file), folder: '' })));
    return;
  }
  if (!('plans' in main().dataset)) return;
  const text = event.clipboardData?.getData('text/plain').trim() ?? '';
  if (/^https:\/\/((www\.|player\.)?vimeo\.com|(www\.|m\.)?youtube\.com|youtu\.be)\/\S+$/.test(text)) offer(text);
});

// named gives a picture of the clipboard, which they all call image.png, a name of
// its own.
const named = (file) => (file.name === 'image.png'
  ? new File([file], `Image collée à ${new Date().toLocaleTimeString('fr').replaceAll(':', ' ')}.png`, { type: file.type }) : file);

// unfolded is every file of a drop, those of folders too, each with its folder.
async function unfolded(transfer) {
  const entries = [...transfer.items].map((i) => i.webkitGetAsEntry?.()).filter(Boolean);
  const plain = [...transfer.files].map((file) => ({ file, folder: '' }));
  if (!entries.some((e) => e.isDirectory)) return plain;
  const found = [];
  const walk = async (entry, folder) => {
    if (entry.name.startsWith('.')) return;
    if (entry.isFile) {
      found.push({ file: await new Promise((ok, no) => { entry.file(ok, no); }), folder });
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((ok, no) => { reader.readEntries(ok, no); });
      if (!some.length) return;
      for (const e of some) await walk(e, folder ? `${folder}/${entry.name}` : entry.name);
    }
  };
  for (const e of entries) await walk(e, '');
  return found;
}

let panel = null;

async function hand(files) {
  if (!files.length || !document.dispatchEvent(new CustomEvent('regie:files', { detail: files, cancelable: true }))) return;
  const [{ Sending }, { open }] = await Promise.all([import('./sending.js'), import('./asking.js')]);
  const { View } = await import('./transfer-view.js');
  if (panel) {
    panel.sending.add(files);
    return;
  }
  const { query, name } = place();
  const root = document.createElement('aside');
  root.className = 'dock';
  root.setAttribute('aria-label', 'Envoi en cours');
  root.innerHTML = `<p class="say" role="status" data-say>Préparation</p><p class="fault" role="alert" data-fault hidden></p>
<ul class="list files" data-files></ul>
<div data-live hidden><progress data-total max="1" value="0" aria-label="Envoi"></progress>
<p class="spread"><span class="meta" data-pace></span><button type="button" class="quiet small" data-pause><span>Mettre en pause</span></button></p></div>
<p class="row" data-after hidden><a class="button small" data-next href="/regie/deposer">Voir</a><button type="button" class="link" data-close>Fermer</button></p>`;
  document.body.append(root);
  const fields = new FormData();
  for (const [key, value] of query) fields.set(key, value);
  if (files.every(({ file }) => file.type.startsWith('image/'))) fields.delete('film'); // no version of a film, but its photos
  if (fields.get('film')) fields.set('quoi', 'film');
  try {
    const { path, hasher } = await open(fields);
    const sending = new Sending(path, hasher);
    new View(root, sending);
    root.querySelector('[data-next]').href = path;
    root.querySelector('[data-close]').addEventListener('click', () => { root.remove(); panel = null; });
    panel = { sending, name };
    sending.awake();
    sending.add(files);
  } catch (error) {
    root.querySelector('[data-say]').textContent = error.status ? error.message : 'Pas de réseau : rien n’a été envoyé. Réessayez dès qu’il revient.';
    setTimeout(() => root.remove(), 8000);
  }
}

// offer asks whether a film that is elsewhere shall have its sujet here: its form
// then holds the address, which nobody asks for anything.
function offer(address) {
  const box = document.createElement('dialog');
  box.innerHTML = `<h2>Importer la fiche\u00a0?</h2><p><bdi></bdi></p><p class="meta">Un nouveau sujet s’ouvre avec cette adresse. Le film lui-même reste où il est.</p>
<form method="get" action="/regie/sujets/nouveau" class="row"><input type="hidden" name="consigne"><button>Importer</button><button type="button" class="quiet">Non</button></form>`;
  box.querySelector('bdi').textContent = address;
  box.querySelector('input').value = `Déjà en ligne\u00a0: ${address.slice(0, 300)}`;
  box.querySelector('.quiet').addEventListener('click', () => box.close());
  box.addEventListener('close', () => box.remove());
  document.body.append(box);
  box.showModal();
}
