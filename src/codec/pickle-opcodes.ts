/**
 * The instructions of Python's pickles, protocols 0 to 5: those that make data, and those that are
 * refused.
 *
 * Spec: Python's `pickletools`, and docs/protocols/netcall.md, "Pickle, as data only".
 *
 * @module
 */

/** What follows an instruction: octets of a fixed number, a line, or a length with octets. */
export type PickleArgument =
  | { readonly type: "fixed"; readonly octets: number }
  | { readonly type: "line" }
  /** A little-endian length of so many octets; negative ones do not exist here. */
  | { readonly type: "sized"; readonly lengthOctets: 1 | 4 | 8 };

const NOTHING: PickleArgument = { type: "fixed", octets: 0 };
const ONE: PickleArgument = { type: "fixed", octets: 1 };
const TWO: PickleArgument = { type: "fixed", octets: 2 };
const FOUR: PickleArgument = { type: "fixed", octets: 4 };
const EIGHT: PickleArgument = { type: "fixed", octets: 8 };
const LINE: PickleArgument = { type: "line" };
const SIZED_1: PickleArgument = { type: "sized", lengthOctets: 1 };
const SIZED_4: PickleArgument = { type: "sized", lengthOctets: 4 };
const SIZED_8: PickleArgument = { type: "sized", lengthOctets: 8 };

/** The instructions that are carried out, by `pickletools`' names. */
export const OP = {
  MARK: 0x28,
  STOP: 0x2e,
  POP: 0x30,
  POP_MARK: 0x31,
  DUP: 0x32,
  FLOAT: 0x46,
  INT: 0x49,
  BININT: 0x4a,
  BININT1: 0x4b,
  LONG: 0x4c,
  BININT2: 0x4d,
  NONE: 0x4e,
  STRING: 0x53,
  BINSTRING: 0x54,
  SHORT_BINSTRING: 0x55,
  UNICODE: 0x56,
  BINUNICODE: 0x58,
  APPEND: 0x61,
  BINBYTES: 0x42,
  SHORT_BINBYTES: 0x43,
  DICT: 0x64,
  APPENDS: 0x65,
  GET: 0x67,
  BINGET: 0x68,
  LONG_BINGET: 0x6a,
  LIST: 0x6c,
  PUT: 0x70,
  BINPUT: 0x71,
  LONG_BINPUT: 0x72,
  SETITEM: 0x73,
  TUPLE: 0x74,
  SETITEMS: 0x75,
  EMPTY_DICT: 0x7d,
  EMPTY_LIST: 0x5d,
  EMPTY_TUPLE: 0x29,
  BINFLOAT: 0x47,
  PROTO: 0x80,
  TUPLE1: 0x85,
  TUPLE2: 0x86,
  TUPLE3: 0x87,
  NEWTRUE: 0x88,
  NEWFALSE: 0x89,
  LONG1: 0x8a,
  LONG4: 0x8b,
  SHORT_BINUNICODE: 0x8c,
  BINUNICODE8: 0x8d,
  BINBYTES8: 0x8e,
  EMPTY_SET: 0x8f,
  ADDITEMS: 0x90,
  FROZENSET: 0x91,
  MEMOIZE: 0x94,
  FRAME: 0x95,
  BYTEARRAY8: 0x96,
} as const;

const ARGUMENTS: Readonly<Record<keyof typeof OP, PickleArgument>> = {
  MARK: NOTHING,
  STOP: NOTHING,
  POP: NOTHING,
  POP_MARK: NOTHING,
  DUP: NOTHING,
  FLOAT: LINE,
  INT: LINE,
  BININT: FOUR,
  BININT1: ONE,
  LONG: LINE,
  BININT2: TWO,
  NONE: NOTHING,
  STRING: LINE,
  BINSTRING: SIZED_4,
  SHORT_BINSTRING: SIZED_1,
  UNICODE: LINE,
  BINUNICODE: SIZED_4,
  APPEND: NOTHING,
  BINBYTES: SIZED_4,
  SHORT_BINBYTES: SIZED_1,
  DICT: NOTHING,
  APPENDS: NOTHING,
  GET: LINE,
  BINGET: ONE,
  LONG_BINGET: FOUR,
  LIST: NOTHING,
  PUT: LINE,
  BINPUT: ONE,
  LONG_BINPUT: FOUR,
  SETITEM: NOTHING,
  TUPLE: NOTHING,
  SETITEMS: NOTHING,
  EMPTY_DICT: NOTHING,
  EMPTY_LIST: NOTHING,
  EMPTY_TUPLE: NOTHING,
  BINFLOAT: EIGHT,
  PROTO: ONE,
  TUPLE1: NOTHING,
  TUPLE2: NOTHING,
  TUPLE3: NOTHING,
  NEWTRUE: NOTHING,
  NEWFALSE: NOTHING,
  LONG1: SIZED_1,
  LONG4: SIZED_4,
  SHORT_BINUNICODE: SIZED_1,
  BINUNICODE8: SIZED_8,
  BINBYTES8: SIZED_8,
  EMPTY_SET: NOTHING,
  ADDITEMS: NOTHING,
  FROZENSET: NOTHING,
  MEMOIZE: NOTHING,
  FRAME: EIGHT,
  BYTEARRAY8: SIZED_8,
};

/** What follows each instruction that is carried out, by its octet. */
export const ARGUMENT_OF: readonly (PickleArgument | undefined)[] = argumentsByOctet();

function argumentsByOctet(): (PickleArgument | undefined)[] {
  const table = Array.from<PickleArgument | undefined>({ length: 256 });
  for (const [name, octet] of Object.entries(OP)) {
    table[octet] = ARGUMENTS[name as keyof typeof OP];
  }
  return table;
}

/** The instructions that import, call, build or reach outside, which are never carried out. */
export const REFUSED: ReadonlyMap<number, string> = new Map([
  [0x51, "BINPERSID"],
  [0x50, "PERSID"],
  [0x52, "REDUCE"],
  [0x62, "BUILD"],
  [0x63, "GLOBAL"],
  [0x69, "INST"],
  [0x6f, "OBJ"],
  [0x81, "NEWOBJ"],
  [0x82, "EXT1"],
  [0x83, "EXT2"],
  [0x84, "EXT4"],
  [0x92, "NEWOBJ_EX"],
  [0x93, "STACK_GLOBAL"],
  [0x97, "NEXT_BUFFER"],
  [0x98, "READONLY_BUFFER"],
]);

/** The highest protocol that is read. */
export const HIGHEST_PROTOCOL = 5;
