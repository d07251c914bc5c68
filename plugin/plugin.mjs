import "./host.ts";
