// The size of an element, read once: to read it after every change would lay out the page again each time.

export class Room {
  constructor(node) {
    this.node = node;
    this.known = null;
  }

  get size() {
    this.known ??= { width: this.node.clientWidth, height: this.node.clientHeight };
    return this.known;
  }

  // Read it anew when it is asked for again.
  forget() {
    this.known = null;
  }

  // Whether the page has given it another size than the one that was read.
  outgrown() {
    return this.node.clientWidth !== this.known?.width || this.node.clientHeight !== this.known?.height;
  }
}
