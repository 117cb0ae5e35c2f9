// Reads the built-in prices once, so that the program need not do it at every start.
import { readPrices } from "../../src/config/price_rows.ts";
import { readText } from "../tree.ts";

/** JSON of every price in a table of the tree. Throws when anything is wrong with the table. */
export function priceTable(path: string): string {
  const { prices, faults } = readPrices(readText(path) ?? "");
  const [fault] = faults;
  if (fault) throw new Error(`${path}: ${fault.path.join(".")}: found ${fault.found}, wanted ${fault.wanted}`);
  return JSON.stringify(prices);
}
