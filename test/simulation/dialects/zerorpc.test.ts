import { zerorpc } from "../../../src/dialects/zerorpc/dialect.ts";
import { checkDialect } from "../../support/dialect-suite.ts";

checkDialect(() => zerorpc());
