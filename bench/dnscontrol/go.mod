module sendips-bench-dnscontrol

go 1.23.0

require github.com/StackExchange/dnscontrol/v4 v4.20.0
