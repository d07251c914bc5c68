/** What the engine starts, through the SDK's `cmd/run-plugin`. */
import "./host.ts";
