// What a transfer looks like while it goes: one line and one bar for each file,
// the whole, the pace, and the sentence that matters now. The transfer page and
// the panel of dropped files both show it.
const nb = '\u00a0';

export const weight = (bytes) => {
  const mega = bytes / 1e6;
  if (mega >= 1000) return `${(mega / 1000).toFixed(1).replace('.', ',')}${nb}Go`;
  if (mega >= 10) return `${Math.round(mega)}${nb}Mo`;
  return mega >= 0.1 ? `${mega.toFixed(1).replace('.', ',')}${nb}Mo` : `${Math.max(1, Math.round(bytes / 1000))}${nb}ko`;
};

export const duration = (seconds) => {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))}${nb}s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)}${nb}min`;
  return `${Math.floor(seconds / 3600)}${nb}h${nb}${String(Math.round(seconds / 60) % 60).padStart(2, '0')}${nb}min`;
};

export const count = (n, one, many) => `${n}${nb}${n > 1 ? many : one}`;

// kinds says what was chosen: « 7 vidéos », « 5 fichiers », or how many of it.
export const kinds = (files, n = files.length) => {
  const all = (type) => files.every((f) => f.type.startsWith(type));
  if (all('video/')) return count(n, 'vidéo', 'vidéos');
  if (all('image/')) return count(n, 'photo', 'photos');
  if (all('audio/')) return count(n, 'son', 'sons');
  return count(n, 'fichier', 'fichiers');
};

const make = (tag, name, text) => {
  const e = document.createElement(tag);
  if (name) e.className = name;
  if (text !== undefined) e.textContent = text;
  return e;
};

// row is the line of one file: the one the server wrote, or a new one.
const row = (list, item) => {
  let li = item.id && list.querySelector(`[data-upload="${CSS.escape(item.id)}"]`);
  if (!li) {
    li = make('li');
    const name = make('span', 'grow');
    name.append(make('bdi', '', item.name));
    if (item.folder) name.append(' ', make('small', '', item.folder));
    const bar = make('progress');
    bar.setAttribute('aria-label', item.name);
    const word = make('span', 'meta word');
    word.dataset.word = '';
    li.append(name, make('span', 'meta', weight(item.size)), bar, word);
    list.append(li);
  }
  li.querySelector('button')?.remove();
  return li;
};

export class View {
  #rows = new Map();

  constructor(root, sending) {
    this.root = root;
    this.sending = sending;
    this.part = (name) => root.querySelector(`[data-${name}]`);
    sending.addEventListener('change', () => this.draw());
    this.part('pause')?.addEventListener('click', () => (sending.paused || sending.fault ? sending.resume() : sending.pause()));
  }

  draw() {
    const s = this.sending;
    for (const i of s.items) this.#draw(i);
    const show = (name, on) => { const e = this.part(name); if (e) e.hidden = !on; };
    show('live', s.busy);
    const total = this.part('total');
    if (total) total.value = s.total ? s.sent / s.total : 0;
    const pace = this.part('pace');
    if (pace) pace.textContent = this.#pace();
    const pause = this.part('pause');
    if (pause) pause.lastElementChild.textContent = s.paused || s.fault ? 'Reprendre' : 'Mettre en pause';
    const fault = this.part('fault');
    if (fault) {
      fault.hidden = !s.fault;
      fault.textContent = s.fault;
    }
    const say = this.part('say');
    const [text, safe] = this.#say();
    if (say && say.textContent !== text) say.textContent = text;
    if (say) say.toggleAttribute('data-safe', safe);
    show('after', s.verified || (!s.busy && Boolean(s.status?.safe)));
    if (s.status?.next && this.part('next')) this.part('next').href = s.status.next;
    show('pick', !s.busy);
  }

  #draw(i) {
    for (const id of i.replaces ?? []) this.part('files').querySelector(`[data-upload="${CSS.escape(id)}"]`)?.remove();
    let li = this.#rows.get(i);
    if (!li || (i.id && li.dataset.upload !== i.id)) {
      const own = li;
      const list = this.part('files');
      li = (i.id && list.querySelector(`[data-upload="${CSS.escape(i.id)}"]`)) || own || row(list, i);
      if (own && own !== li) own.remove();
      if (i.id) li.dataset.upload = i.id;
      this.#rows.set(i, li);
    }
    const bar = li.querySelector('progress');
    bar.max = i.size || 1;
    bar.value = i.offset;
    bar.hidden = ['done', 'duplicate', 'refused'].includes(i.state);
    const word = li.querySelector('[data-word]');
    const text = i.state === 'sending' && i.size ? `${Math.floor(i.offset * 100 / i.size)}${nb}%${i.note ? ` – ${i.note}` : ''}` : i.text;
    if (word.textContent !== text) word.textContent = text;
    word.classList.toggle('bad', i.state === 'refused');
    if (i.state === 'refused' && i.retry && !li.querySelector('button')) {
      const again = make('button', 'link', 'Réessayer');
      again.type = 'button';
      again.addEventListener('click', () => { i.retry = false; again.remove(); this.sending.again(i); });
      li.append(again);
    }
  }

  #pace() {
    const s = this.sending;
    const parts = [`${weight(s.sent)} sur ${weight(s.total)}`];
    if (!s.paused && !s.cut && s.pace > 1000) parts.push(`${weight(s.pace)}/s`, `encore ${duration((s.total - s.sent) / s.pace)}`);
    return parts.join(' · ');
  }

  // #say is the one sentence, and whether it is the last one.
  #say() {
    const s = this.sending, n = s.live.length, many = n > 1;
    const safe = kinds(s.live.map((i) => i.file), s.safe);
    if (s.verified) return [s.status.text, true];
    if (s.paused) return [`En pause. ${safe} sur ${n} ${s.safe > 1 ? 'sont' : 'est'} déjà en sécurité.`, false];
    if (s.cut && s.busy) return [`Réseau coupé. ${safe} sur ${n} ${s.safe > 1 ? 'sont' : 'est'} déjà en sécurité. L’envoi reprendra tout seul.`, false];
    if (s.busy) return [`${safe} sur ${n} arrivé${/vidéo|photo/.test(safe) ? 'e' : ''}${s.safe > 1 ? 's' : ''}.`, false];
    if (s.items.some((i) => i.state === 'whole')) return [`Tout est arrivé. Vérification en cours${nb}: gardez encore ${many ? 'vos fichiers' : 'votre fichier'}.`, false];
    if (s.items.every((i) => i.state === 'refused')) return [s.items.length > 1 ? 'Ces fichiers n’ont pas été pris.' : s.items[0].text, false];
    if (s.items.some((i) => i.state === 'refused')) return ['Certains fichiers ne sont pas passés. Gardez-les sur votre appareil.', false];
    return [s.status?.text ?? '', Boolean(s.status?.safe)];
  }
}
