// The pages Déposer and Envoi: choosing, confirming, sending. From the choice to
// the transfer there is no new page, for a page takes its files with it when it
// goes.
import { ask, open } from './asking.js';
import { View, duration, kinds, weight } from './transfer-view.js';

// engine is what sends: it comes once there is something to send.
const engine = () => import('./sending.js');

const fourG = 6e6 / 8; // bytes a second, up, of an ordinary 4G

// listed turns the files of an input into what Sending takes, each with its folder.
const listed = (files) => [...files].filter((f) => !f.name.startsWith('.')).map((file) => ({
  file, folder: (file.webkitRelativePath || '').split('/').slice(0, -1).join('/'),
}));

// chosen calls with what a person picks or drops on this page.
const chosen = (root, call) => {
  for (const input of root.querySelectorAll('input[type=file]:not([name])')) {
    input.addEventListener('change', () => {
      const files = listed(input.files);
      input.value = '';
      if (files.length) call(files);
    });
  }
  const controller = new AbortController();
  document.addEventListener('regie:files', (event) => { event.preventDefault(); call(event.detail); }, { signal: controller.signal });
  return () => controller.abort();
};

const form = document.querySelector('[data-deposit]');
if (form) deposit(form);
const page = document.querySelector('[data-transfer]');
if (page) transfer(page);

function deposit(form) {
  const part = (name) => form.querySelector(`[data-${name}]`);
  const sheet = part('sheet');
  let files = [];
  part('pick').hidden = false;

  const kind = () => form.querySelector('[name=quoi]:checked')?.value ?? 'rushes';
  const fit = () => { for (const e of form.querySelectorAll('[data-for]')) e.hidden = e.dataset.for !== kind(); };
  form.addEventListener('change', fit);
  fit();

  const wifi = part('wifi');
  wifi.hidden = !navigator.connection?.type;

  const off = chosen(form, (more) => {
    files = more;
    const total = files.reduce((n, f) => n + f.file.size, 0);
    part('sum').textContent = `${kinds(files.map((f) => f.file))} · ${weight(total)} · environ ${duration(total / fourG)} en 4G`;
    engine();
    thumbs(part('thumbs'), files);
    part('pick').hidden = true;
    part('fault').hidden = true;
    sheet.hidden = false;
    sheet.scrollIntoView({ block: 'nearest' });
    part('send').focus({ preventScroll: true });
  });
  part('other').addEventListener('click', () => {
    files = [];
    sheet.hidden = true;
    part('pick').hidden = false;
  });
  form.addEventListener('submit', async (event) => {
    if (!files.length) return;
    event.preventDefault();
    const send = part('send');
    send.disabled = true;
    const fields = new FormData(form);
    if (kind() === 'rushes') fields.delete('film');
    try {
      const first = new (await engine()).Sending('', '');
      first.awake(); // while the tap still counts
      if (!wifi.hidden && wifi.querySelector('input').checked) await unmetered(send);
      const { path } = await open(fields);
      await become(path);
      off();
      transfer(document.querySelector('[data-transfer]'), files, first);
    } catch (error) {
      part('fault').textContent = error.status ? error.message : 'Pas de réseau pour l’instant. Vos fichiers sont encore sur votre téléphone : réessayez dès qu’il revient.';
      part('fault').hidden = false;
      send.disabled = false;
      send.textContent = 'Envoyer';
    }
  });
}

// unmetered waits for the Wi-Fi.
function unmetered(button) {
  const link = navigator.connection;
  const there = () => ['wifi', 'ethernet'].includes(link.type);
  if (there()) return null;
  button.textContent = 'En attente du Wi-Fi…';
  return new Promise((resolve) => {
    link.addEventListener('change', function look() {
      if (!there()) return;
      link.removeEventListener('change', look);
      resolve();
    });
  });
}

// become shows another page of ours in this one, with its address.
async function become(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw Object.assign(new Error('La page de l’envoi ne s’ouvre pas. Réessayez.'), { status: answer.status });
  const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
  document.querySelector('main').replaceWith(next.querySelector('main'));
  document.title = next.title;
  history.pushState(null, '', path);
  addEventListener('popstate', () => location.reload());
  scrollTo(0, 0);
}

// thumbs shows what the browser can show of the first files.
function thumbs(list, files) {
  list.replaceChildren();
  for (const { file } of files.slice(0, 8)) {
    const li = document.createElement('li');
    li.title = file.name;
    const image = file.type.startsWith('image/');
    if (image || document.createElement('video').canPlayType(file.type)) {
      const e = document.createElement(image ? 'img' : 'video');
      e.muted = true;
      e.preload = 'metadata';
      e.onerror = () => { e.remove(); li.textContent = file.name; };
      e.src = URL.createObjectURL(file) + (image ? '' : '#t=0.5');
      li.append(e);
    } else {
      li.textContent = file.name;
    }
    list.append(li);
  }
}

function transfer(root, files, sending) {
  const begin = async (more) => {
    sending ??= new (await engine()).Sending('', '');
    if (!sending.path) {
      sending.path = root.dataset.transfer;
      sending.hasherPath = root.dataset.hasher;
      new View(root, sending);
    }
    sending.awake();
    sending.add(more);
  };
  const pick = root.querySelector('[data-pick]');
  if (pick) {
    pick.hidden = Boolean(files);
    chosen(root, begin);
  }
  const questions = document.querySelector('[data-questions]');
  if (questions) asking(questions);
  if (files) begin(files);
  else if (root.querySelector('[data-files]').children.length) settle(root);
}

// settle follows what the server still verifies when the page is opened again.
async function settle(root) {
  const say = root.querySelector('[data-say]');
  for (let wait = 1000; ; wait = Math.min(wait * 1.5, 10000)) {
    const status = await ask(root.dataset.transfer).catch(() => null);
    if (status) {
      if (root.querySelector('[data-live]').hidden === false) return; // sending again: the view speaks
      if (say.textContent !== status.text) say.textContent = status.text;
      say.toggleAttribute('data-safe', status.safe);
      for (const f of status.files) {
        const word = root.querySelector(`[data-upload="${CSS.escape(f.id)}"] [data-word]`);
        if (word) word.textContent = f.text;
      }
      root.querySelector('[data-after]').hidden = !status.safe;
      if (!status.files.some((f) => f.state === 'whole')) return;
    }
    await new Promise((resolve) => { setTimeout(resolve, wait); });
  }
}

// asking shows the questions one a screen, and keeps each answer as it is given.
function asking(form) {
  const steps = [...form.querySelectorAll('.step')];
  const saved = form.querySelector('[data-saved]'), next = form.querySelector('[data-save]'), skip = form.querySelector('[data-skip]');
  let at = Math.max(0, steps.findIndex((s) => ![...s.querySelectorAll('input, select, textarea')].some((f) => (f.type === 'radio' ? f.checked : f.value))));
  const show = () => {
    steps.forEach((s, n) => { s.hidden = n !== at; });
    next.textContent = at < steps.length - 1 ? 'Continuer' : 'Terminer';
    skip.hidden = at === steps.length - 1;
  };
  let timer = 0, flight;
  const soon = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  };
  const save = async () => {
    clearTimeout(timer);
    timer = 0;
    flight?.abort(); // an answer that is still on its way must not arrive behind this one
    const { signal } = flight = new AbortController();
    try {
      await ask(form.getAttribute('action'), new URLSearchParams(new FormData(form)), undefined, signal);
      const now = new Date();
      saved.textContent = `Enregistré à ${now.getHours()}\u00a0h\u00a0${String(now.getMinutes()).padStart(2, '0')}`;
    } catch (error) {
      if (signal.aborted) return;
      saved.textContent = error.status ? error.message : 'Pas encore enregistré : le réseau est coupé.';
      soon(3000);
    }
  };
  form.addEventListener('input', () => soon(600));
  addEventListener('pagehide', () => { if (timer) save(); });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    save();
    at = (at + 1) % steps.length;
    show();
  });
  skip.addEventListener('click', () => { at++; show(); });
  form.querySelector('[data-more]').hidden = false;
  form.querySelector('[data-add]').addEventListener('click', () => {
    const all = form.querySelectorAll('.person');
    const copy = all[all.length - 1].cloneNode(true);
    for (const input of copy.querySelectorAll('input')) input.value = '';
    all[all.length - 1].after(copy);
    copy.querySelector('input').focus();
  });
  show();
}
