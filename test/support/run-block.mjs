// Runs one program of a README: `node --import tsx run-block.mjs file`. Such a program ends in `app.listen(3000)`
// and would stay up, as it should for a reader. Here it has done its work once its last line ran and what that
// started had a moment to fail; then it is ended with all it left open. A port it names may be taken on this
// machine, so every server gets a free one.
import { Server } from 'node:net';
import { pathToFileURL } from 'node:url';

const SETTLE_MS = 300;

const { listen } = Server.prototype;
Server.prototype.listen = function listenAnywhere(first, ...rest) {
  return listen.call(this, typeof first === 'number' ? 0 : first, ...rest);
};

await import(pathToFileURL(process.argv[2]).href);
setTimeout(() => process.exit(), SETTLE_MS);
