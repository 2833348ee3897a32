// Sending is one transfer as a browser carries it out: it announces files,
// sends what is missing of each by tus, goes on by itself after a cut, and waits
// until the server has verified what came. It shows nothing: whoever listens to
// its "change" events does.
import { Upload } from 'tus-js-client/lib.esm/browser/index.js';
import { ask } from './asking.js';
import { print } from './print.js';

const parallel = 3; // files at a time
const chunk = 8 << 20; // bytes of a request: half a minute of 4G at most
const retry = 2500; // ms between two tries once the quick ones have failed

const list = /\.(md5|sha1|sha256|mhl)$|^(md5|sha256)sums(\.txt)?$/i; // of sums

const ended = ['done', 'duplicate', 'refused'];

export class Sending extends EventTarget {
  items = [];
  paused = false; // by the person
  cut = false; // the network is gone
  fault = ''; // a sentence: nothing goes on before something is done about it
  status = null; // what the server said last
  #hasher = null;
  #sums = new Map(); // item → {promise, give}
  #samples = [];
  #lock = null;

  constructor(path, hasher) {
    super();
    this.path = path;
    this.hasherPath = hasher;
    addEventListener('online', () => this.#go());
    addEventListener('offline', () => { this.cut = true; this.#halt('En attente du réseau'); });
    addEventListener('beforeunload', (event) => { if (this.busy) event.preventDefault(); });
    document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible' && this.busy) this.awake(); });
    setInterval(() => this.#tick(), 500);
  }

  get busy() { return this.items.some((i) => !ended.includes(i.state) && i.state !== 'whole'); }
  get live() { return this.items.filter((i) => i.state !== 'refused'); }
  get safe() { return this.live.filter((i) => ['done', 'duplicate', 'whole'].includes(i.state)).length; }
  get total() { return this.live.reduce((n, i) => n + i.size, 0); }
  get sent() { return this.live.reduce((n, i) => n + (i.state === 'duplicate' ? i.size : i.offset), 0); }

  // pace is in bytes a second, over the last ten seconds.
  get pace() {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    return last && last.at > first.at ? Math.max(0, (last.sent - first.sent) / (last.at - first.at)) * 1000 : 0;
  }

  // awake keeps the screen on; it has to be asked for while a tap is answered.
  async awake() {
    try {
      if (!this.#lock || this.#lock.released) this.#lock = await navigator.wakeLock?.request('screen');
    } catch { /* low battery, or not allowed: the page says to keep it open */ }
  }

  // add announces files ({file, folder}) and begins to send.
  async add(files) {
    const fresh = [];
    for (const { file, folder = '' } of files) {
      const item = { file, folder, name: file.name, size: file.size, offset: 0, state: 'asked', text: 'Préparation', sum: '' };
      this.items.push(item);
      fresh.push(item);
    }
    this.#changed();
    for (let at = 0; at < fresh.length; at += 200) await this.#announce(fresh.slice(at, at + 200));
  }

  async #announce(items) {
    for (const i of items) {
      try {
        i.print ||= await print(i.file);
      } catch {
        this.#set(i, 'refused', 'Ce fichier ne se lit pas sur votre appareil. Choisissez-le à nouveau.');
      }
    }
    items = items.filter((i) => i.state !== 'refused');
    let replies;
    try {
      replies = await this.#tell(items.map((i) => ({
        name: i.name, folder: i.folder, type: i.file.type, size: i.size, modified: new Date(i.file.lastModified || 0).toISOString(), print: i.print, sha256: i.sum,
      })));
    } catch (error) {
      if (error.status) {
        this.fault = error.message;
        for (const i of items) this.#set(i, 'waiting', 'En attente');
      } else {
        this.cut = true;
        for (const i of items) this.#set(i, 'asked', 'En attente du réseau');
        setTimeout(() => this.#announce(items), retry);
      }
      return;
    }
    this.cut = false;
    replies.forEach((r, n) => this.#judged(items[n], r));
    this.#go();
  }

  #tell(files) { return ask(`${this.path}/annoncer`, JSON.stringify({ files }), 'application/json').then((said) => said.files); }

  #judged(i, r) {
    i.id = r.upload || i.id;
    i.replaces = r.replaces ?? [];
    i.note = i.replaces.length ? r.text : '';
    switch (r.verdict) {
      case 'new': case 'resume':
        i.offset = r.offset;
        i.created = r.offset > 0;
        this.#set(i, r.offset >= i.size ? 'whole' : 'queued', r.offset ? 'Reprise' : 'En attente');
        break;
      case 'sum': // it looks like one that is there: sum it before a byte is sent
        this.#set(i, 'asked', 'Comparaison avec ce qui est déjà là');
        this.#sum(i).then(() => this.#announce([i]));
        break;
      case 'duplicate':
        i.offset = i.size;
        this.#set(i, 'duplicate', r.text);
        break;
      default:
        this.#set(i, 'refused', r.text);
    }
  }

  // #sum asks the worker for the sum of a file, once.
  #sum(i) {
    if (i.sum) return Promise.resolve(i.sum);
    if (!this.#sums.has(i)) {
      if (!this.#hasher) {
        this.#hasher = new Worker(this.hasherPath, { type: 'module' });
        this.#hasher.onerror = () => { // it did not load: what waits for it is tried again
          this.#hasher = null;
          for (const { give } of this.#sums.values()) give('');
        };
        this.#hasher.onmessage = ({ data }) => {
          const item = this.items[data.id];
          item.sum = data.sum;
          this.#sums.get(item).give(data.sum);
        };
      }
      const waiting = {};
      waiting.promise = new Promise((give) => { waiting.give = give; });
      this.#sums.set(i, waiting);
      this.#hasher.postMessage({ file: i.file, id: this.items.indexOf(i) });
    }
    return this.#sums.get(i).promise;
  }

  // #reader gives tus the pieces of a file. The last one waits until the server
  // knows what the whole must sum up to.
  #reader(i) {
    return {
      openFile: async (file) => ({
        size: file.size,
        slice: async (start, end) => {
          const last = end >= file.size;
          if (last && !i.claimed) {
            const sum = await this.#sum(i);
            if (!sum) {
              this.#sums.delete(i); // the next try sums it anew
              i.unread = true;
              throw new Error('the file can no longer be read');
            }
            await this.#tell([{ id: i.id, sha256: sum }]);
            i.claimed = true;
          }
          return { value: file.slice(start, end), done: last };
        },
        close() {},
      }),
    };
  }

  // #go starts what can be started.
  #go() {
    if (this.paused || this.fault || !navigator.onLine) return;
    const lists = this.items.filter((i) => list.test(i.name) && ['queued', 'waiting', 'sending'].includes(i.state));
    let room = parallel - this.items.filter((i) => i.state === 'sending').length;
    for (const i of lists.length ? lists : this.items) { // what clips are held against comes before them
      if (room > 0 && (i.state === 'queued' || i.state === 'waiting')) {
        room--;
        this.#send(i);
      }
    }
    this.#changed();
  }

  #send(i) {
    this.#set(i, 'sending', i.note || 'Envoi');
    this.#sum(i);
    i.tus = new Upload(i.file, {
      endpoint: '/regie/tus/', uploadUrl: i.created ? `/regie/tus/${i.id}` : null, metadata: { upload: i.id }, chunkSize: chunk,
      retryDelays: [0, 1000, 3000], storeFingerprintForResuming: false, fileReader: this.#reader(i),
      onUploadUrlAvailable: () => { i.created = true; },
      onShouldRetry: (error) => {
        const status = error.originalResponse?.getStatus() ?? 0;
        return navigator.onLine && (status === 0 || status === 409 || status === 423 || status >= 500 && status !== 507);
      },
      onProgress: (sent) => { i.offset = sent; this.cut = false; this.#changed(); },
      onSuccess: () => { i.offset = i.size; this.#set(i, 'whole', 'Vérification'); this.#go(); },
      onError: (error) => this.#failed(i, error),
    });
    i.tus.start();
  }

  #failed(i, error) {
    if (i.unread) {
      i.unread = false;
      this.#set(i, 'refused', 'Ce fichier ne se lit pas sur votre appareil. Choisissez-le à nouveau.');
      return;
    }
    const status = error.originalResponse?.getStatus() ?? 0;
    if (status === 401) {
      this.fault = 'Votre entrée a expiré. Ouvrez un nouveau lien dans un autre onglet, puis revenez ici et reprenez : rien n’est perdu.';
    } else if (status === 507) {
      this.fault = 'Le serveur est presque plein : vos fichiers restent sur votre téléphone, l’équipe est prévenue.';
    } else if (status >= 400 && status < 500 && status !== 409 && status !== 423) {
      i.created = i.claimed = false; // not expected any more: announce it anew
      this.#set(i, 'asked', 'Nouvel essai');
      setTimeout(() => this.#announce([i]), retry);
      return;
    } else {
      this.cut = true;
    }
    this.#set(i, 'waiting', 'En attente du réseau');
    setTimeout(() => this.#go(), retry);
  }

  pause() {
    this.paused = true;
    this.#halt('En pause');
  }

  // #halt keeps what is under way for later.
  #halt(text) {
    for (const i of this.items.filter((x) => x.state === 'sending')) {
      i.tus.abort();
      this.#set(i, 'waiting', text);
    }
    this.#changed();
  }

  resume() {
    this.paused = false;
    this.fault = '';
    this.awake();
    this.#announce(this.items.filter((i) => i.state === 'waiting' && !i.id));
    this.#go();
  }

  // again sends a file anew that was refused on arrival.
  again(i) {
    i.created = i.claimed = false;
    i.offset = 0;
    i.id = undefined;
    this.#set(i, 'asked', 'Nouvel essai');
    this.#announce([i]);
  }

  #set(i, state, text) {
    i.state = state;
    i.text = text;
    this.#changed();
  }

  #changed() { this.dispatchEvent(new Event('change')); }

  // #tick measures the pace and asks how far the server has come.
  #tick() {
    const now = Date.now();
    this.#samples.push({ at: now, sent: this.sent });
    while (this.#samples[0].at < now - 10000) this.#samples.shift();
    const waits = this.items.filter((i) => i.state === 'whole');
    if (this.#lock && !this.busy) {
      this.#lock.release?.();
      this.#lock = null;
    }
    if (this.busy) this.#changed();
    if ((waits.length || !this.status) && !this.asking && this.items.length && !this.items.some((i) => i.state === 'asked')) {
      this.asking = true;
      ask(this.path).then((status) => this.#learn(status), () => {}).finally(() => { setTimeout(() => { this.asking = false; }, 700); });
    }
  }

  #learn(status) {
    this.status = status;
    const by = new Map(status.files.map((f) => [f.id, f]));
    for (const i of this.items) {
      const f = by.get(i.id);
      if (!f || i.state !== 'whole') continue;
      if (f.state === 'done') this.#set(i, i.sum && f.sha256 !== i.sum ? 'refused' : 'done', f.text);
      else if (f.state === 'refused' || f.state === 'expired') this.#set(i, 'refused', f.text);
      if (i.state === 'refused') i.retry = true;
      else if (f.state === 'open' && f.offset < f.size) { i.offset = f.offset; this.#set(i, 'queued', 'Reprise'); this.#go(); }
    }
    this.#changed();
  }

  // verified tells that everything that was chosen is on the server, and the
  // same there as here.
  get verified() { return this.items.length > 0 && this.items.every((i) => i.state === 'done' || i.state === 'duplicate') && Boolean(this.status?.safe); }
}
