/** One stack, a tenant or a mail host, from its config. */
export { default } from "sendips/program";
