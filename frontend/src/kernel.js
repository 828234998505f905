// The page's line to its kernel: comms over one websocket, reopened with back-off.
import { SUBPROTOCOL, decode, encode } from "./protocol.js";

const uuid = () => crypto.randomUUID();
const LONGEST_PAUSE_MS = 4000;

class Comm {
  constructor(kernel, target, id) {
    Object.assign(this, { kernel, target_name: target, comm_id: id, isDisposed: false });
    this.heard = () => {};
    this.closed = () => {};
  }

  on_msg(callback) {
    this.heard = callback;
  }

  on_close(callback) {
    this.closed = callback;
  }

  #send(type, content, callbacks, metadata, buffers) {
    return this.kernel.send(type, { comm_id: this.comm_id, ...content }, { callbacks, metadata, buffers });
  }

  open(data, callbacks, metadata, buffers) {
    this.kernel.comms.set(this.comm_id, this);
    return this.#send("comm_open", { target_name: this.target_name, data: data ?? {} }, callbacks, metadata, buffers);
  }

  send(data, callbacks, metadata, buffers) {
    return this.#send("comm_msg", { data }, callbacks, metadata, buffers);
  }

  close(data, callbacks, metadata, buffers) {
    this.kernel.comms.delete(this.comm_id);
    return this.#send("comm_close", { data: data ?? {} }, callbacks, metadata, buffers);
  }
}

export class Kernel {
  constructor(kernelId, { onOpen = () => {}, onClose = () => {} } = {}) {
    Object.assign(this, { kernelId, onOpen, onClose, session: uuid() });
    this.comms = new Map();
    this.targets = new Map();
    this.waiting = new Map();
    this.unsent = [];
    this.answerBeat = () => {};
    this.queue = Promise.resolve();
    this.pause = 250;
    this.ended = false;
  }

  get isOpen() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  connect() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const url = `${scheme}//${location.host}/api/kernels/${this.kernelId}/channels?session_id=${this.session}`;
    this.socket = new WebSocket(url, [SUBPROTOCOL]);
    this.socket.binaryType = "arraybuffer";
    this.socket.onmessage = ({ data }) => (typeof data === "string" ? this.answerBeat(JSON.parse(data)) : this.#receive(data));
    this.socket.onclose = () => this.#lost();
    return new Promise((resolve) => {
      this.socket.onopen = () => {
        this.pause = 250;
        this.unsent.splice(0).forEach((bytes) => this.socket.send(bytes));
        this.onOpen();
        resolve(this);
      };
    });
  }

  // What is said from now on goes with the goodbye: a websocket drops what a page sends as it goes.
  beginLeaving() {
    this.lastWords = [];
  }

  // Hangs up; gives what was still to be said.
  end() {
    this.ended = true;
    this.socket?.close();
    return this.lastWords ?? [];
  }

  // The heartbeat goes along the same line, as text. Gives null where there is no line, or it went meanwhile.
  beat(active) {
    this.answerBeat(null);
    if (!this.isOpen) return null;
    return new Promise((resolve) => {
      this.answerBeat = resolve;
      this.socket.send(active ? "active" : "beat");
    });
  }

  #lost() {
    this.answerBeat(null);
    this.onClose();
    if (this.ended) return;
    setTimeout(() => this.ended || this.connect(), this.pause);
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE_MS);
  }

  comm(target, id = uuid()) {
    const comm = this.comms.get(id) ?? new Comm(this, target, id);
    this.comms.set(id, comm);
    return comm;
  }

  send(type, content, { callbacks, metadata, buffers, channel = "shell" } = {}) {
    const id = uuid();
    const date = new Date().toISOString();
    const header = { msg_id: id, msg_type: type, session: this.session, username: "", version: "5.3", date };
    if (callbacks) this.waiting.set(id, callbacks);
    const bytes = encode(channel, { header, metadata, content, buffers });
    if (this.lastWords) this.lastWords.push(bytes);
    else if (this.isOpen) this.socket.send(bytes);
    else this.unsent.push(bytes);
    return id;
  }

  ask(type, content) {
    return new Promise((resolve) => this.send(type, content, { callbacks: { shell: { reply: resolve } } }));
  }

  // Messages are handled strictly one after another: a widget's update must not overtake
  // the creation of the widget it is for.
  #receive(data) {
    const message = decode(data);
    this.queue = this.queue.then(() => this.#handle(message)).catch((error) => console.error(error));
  }

  async #handle(message) {
    const { msg_type: type } = message.header;
    const callbacks = this.waiting.get(message.parent_header.msg_id);
    if (type === "comm_open") await this.#opened(message);
    else if (type === "comm_msg") await this.comms.get(message.content.comm_id)?.heard(message);
    else if (type === "comm_close") this.#closed(message);
    else if (type === "status") {
      callbacks?.iopub?.status?.(message);
      if (message.content.execution_state === "idle" && !callbacks?.shell) this.waiting.delete(message.parent_header.msg_id);
    } else if (message.channel === "shell" && callbacks) {
      callbacks.shell?.reply?.(message);
      if (callbacks.shell) this.waiting.delete(message.parent_header.msg_id);
    }
  }

  async #opened(message) {
    const { comm_id: id, target_name: target } = message.content;
    const open = this.targets.get(target);
    const comm = this.comm(target, id);
    if (open) await open(comm, message);
    else comm.close();
  }

  #closed(message) {
    const comm = this.comms.get(message.content.comm_id);
    this.comms.delete(message.content.comm_id);
    comm?.closed(message);
  }
}
