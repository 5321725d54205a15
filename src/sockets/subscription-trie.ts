/**
 * Topics and who wants them, found by the start of a message.
 *
 *     ""  ──"weather."──▶ { a }  ──"berlin"──▶ { b }
 *      │                         └─"bern"────▶ { c }
 *      └──"sport"───────▶ { a, c }
 *
 * Each edge carries as many octets as no other topic divides, so that memory follows the number and
 * length of the topics and not their octets one by one.
 *
 * Spec: RFC 29, "The PUB Socket Type": a topic matches a message whose first frame starts with it.
 *
 * Knows nothing of sockets.
 *
 * @module
 */

interface Node<Subscriber> {
  /** The octets from the parent to here. */
  label: Uint8Array;
  subscribers: Set<Subscriber> | undefined;
  /** By the first octet of their labels. */
  children: Map<number, Node<Subscriber>> | undefined;
}

const NOTHING = new Uint8Array(0);

/** Subscriptions by topic. */
export class SubscriptionTrie<Subscriber> {
  readonly #root: Node<Subscriber> = newNode(NOTHING);

  /**
   * Adds a subscription. The octets of `topic` are copied.
   *
   * @returns `undefined` if the subscriber has it already, otherwise whether it is the first one to
   *   this topic
   */
  add(topic: Uint8Array, subscriber: Subscriber): "first" | "another" | undefined {
    const node = this.#nodeFor(topic);
    node.subscribers ??= new Set();
    if (node.subscribers.has(subscriber)) return undefined;
    node.subscribers.add(subscriber);
    return node.subscribers.size === 1 ? "first" : "another";
  }

  /**
   * Takes a subscription back.
   *
   * @returns `undefined` if there is none, otherwise whether it was the last one to this topic
   */
  remove(topic: Uint8Array, subscriber: Subscriber): "last" | "another" | undefined {
    const path: Node<Subscriber>[] = [this.#root];
    let node = this.#root;
    let at = 0;
    while (at < topic.length) {
      const child = childFor(node, topic, at);
      if (child === undefined) return undefined;
      at += child.label.length;
      node = child;
      path.push(node);
    }
    if (node.subscribers?.delete(subscriber) !== true) return undefined;
    if (node.subscribers.size > 0) return "another";
    node.subscribers = undefined;
    this.#tidy(path);
    return "last";
  }

  /**
   * Takes all subscriptions of a subscriber back.
   *
   * @param last - called with each topic that nobody wants any more
   */
  removeAll(subscriber: Subscriber, last?: (topic: Uint8Array) => void): void {
    removeBelow(this.#root, NOTHING, { subscriber, last });
  }

  /** Adds to `found` all who want a message that starts with `start`. */
  match(start: Uint8Array, found: Set<Subscriber>): void {
    for (let at = 0, node = this.#root; ;) {
      if (node.subscribers !== undefined) {
        for (const subscriber of node.subscribers) found.add(subscriber);
      }
      const child = childFor(node, start, at);
      if (child === undefined) return;
      at += child.label.length;
      node = child;
    }
  }

  /** Whether anybody wants a message that starts with `start`. */
  matches(start: Uint8Array): boolean {
    for (let at = 0, node = this.#root; ;) {
      if (node.subscribers !== undefined) return true;
      const child = childFor(node, start, at);
      if (child === undefined) return false;
      at += child.label.length;
      node = child;
    }
  }

  /** The node of a topic, which is made when there is none. */
  #nodeFor(topic: Uint8Array): Node<Subscriber> {
    let node = this.#root;
    let at = 0;
    while (at < topic.length) {
      node.children ??= new Map();
      const child = node.children.get(octet(topic, at));
      if (child === undefined) {
        const leaf = newNode<Subscriber>(topic.slice(at));
        node.children.set(octet(topic, at), leaf);
        return leaf;
      }
      const common = commonLength(topic, at, child.label);
      node = common === child.label.length ? child : divide(node, child, common);
      at += common;
    }
    return node;
  }

  /** Removes nodes that nobody needs from the end of a path upwards. */
  #tidy(path: readonly Node<Subscriber>[]): void {
    for (let depth = path.length - 1; depth > 0; depth -= 1) {
      const node = path[depth];
      const parent = path[depth - 1];
      if (node === undefined || parent === undefined || !shrink(parent, node)) return;
    }
  }
}

interface Removal<Subscriber> {
  readonly subscriber: Subscriber;
  readonly last: ((topic: Uint8Array) => void) | undefined;
}

function newNode<Subscriber>(label: Uint8Array): Node<Subscriber> {
  return { label, subscribers: undefined, children: undefined };
}

/** Puts a node between `parent` and `child`, `length` octets down. */
function divide<Subscriber>(
  parent: Node<Subscriber>,
  child: Node<Subscriber>,
  length: number,
): Node<Subscriber> {
  const between = newNode<Subscriber>(child.label.slice(0, length));
  parent.children?.set(octet(between.label, 0), between);
  child.label = child.label.slice(length);
  between.children = new Map([[octet(child.label, 0), child]]);
  return between;
}

/** Removes `node`, or joins it with its only child. Says whether `parent` may shrink as well. */
function shrink<Subscriber>(parent: Node<Subscriber>, node: Node<Subscriber>): boolean {
  if (node.subscribers !== undefined) return false;
  const first = octet(node.label, 0);
  if (node.children === undefined || node.children.size === 0) {
    parent.children?.delete(first);
    if (parent.children?.size === 0) parent.children = undefined;
    return true;
  }
  if (node.children.size > 1) return false;
  for (const child of node.children.values()) {
    const label = new Uint8Array(node.label.length + child.label.length);
    label.set(node.label);
    label.set(child.label, node.label.length);
    child.label = label;
    parent.children?.set(first, child);
  }
  return false;
}

function removeBelow<Subscriber>(
  root: Node<Subscriber>,
  start: Uint8Array,
  removal: Removal<Subscriber>,
): void {
  // Without recursion: a peer decides how deep topics are nested.
  const visits: {
    node: Node<Subscriber>;
    topic: Uint8Array;
    parent: Node<Subscriber> | undefined;
  }[] = [{ node: root, topic: start, parent: undefined }];
  for (let index = 0; index < visits.length; index += 1) {
    const visit = visits[index];
    if (visit === undefined) break;
    for (const child of visit.node.children?.values() ?? []) {
      const topic = new Uint8Array(visit.topic.length + child.label.length);
      topic.set(visit.topic);
      topic.set(child.label, visit.topic.length);
      visits.push({ node: child, topic, parent: visit.node });
    }
  }
  // Children come after their parents, so the way back meets every node after all below it.
  for (const { node, topic, parent } of visits.toReversed()) {
    if (node.subscribers?.delete(removal.subscriber) === true && node.subscribers.size === 0) {
      node.subscribers = undefined;
      removal.last?.(topic);
    }
    if (parent !== undefined) shrink(parent, node);
  }
}

function octet(octets: Uint8Array, at: number): number {
  return octets[at] ?? 0;
}

function commonLength(topic: Uint8Array, at: number, label: Uint8Array): number {
  let length = 0;
  while (
    length < label.length &&
    at + length < topic.length &&
    label[length] === topic[at + length]
  ) {
    length += 1;
  }
  return length;
}

/** The child whose whole label comes next in `octets`. */
function childFor<Subscriber>(
  node: Node<Subscriber>,
  octets: Uint8Array,
  at: number,
): Node<Subscriber> | undefined {
  const child = at < octets.length ? node.children?.get(octet(octets, at)) : undefined;
  if (child === undefined) return undefined;
  return commonLength(octets, at, child.label) === child.label.length ? child : undefined;
}
