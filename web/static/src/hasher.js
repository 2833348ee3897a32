// A worker that sums whole files, one after the other, beside the page that
// sends them.
import { SHA256 } from './print.js';

const piece = 4 << 20;
let last = Promise.resolve();

onmessage = ({ data: { file, id } }) => {
  last = last.then(async () => {
    try {
      const sum = new SHA256();
      for (let at = 0; at < file.size; at += piece) sum.update(new Uint8Array(await file.slice(at, at + piece).arrayBuffer()));
      postMessage({ id, sum: sum.hex() });
    } catch {
      postMessage({ id, sum: '' }); // the file is gone, or has changed on the device
    }
  });
};
