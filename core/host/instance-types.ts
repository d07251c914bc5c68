/**
 * What EC2 instance types carry: network interfaces, and IPv4 addresses on each, the primary one included.
 * Types of the families t, c, m and r in use today, as amazon-vpc-cni-k8s `pkg/vpc/vpc_ip_resource_limit.go`
 * has them of 2026-08-20 from DescribeInstanceTypes in 17 Regions. A deployment asks EC2 itself;
 * this table serves the checks that run without a network.
 */

/** What a machine of an instance type carries. */
export interface Capacity {
  maximumNetworkInterfaces: number;
  /** IPv4 addresses on each interface, the primary one included. */
  maximumIpsPerInterface: number;
}

/** Interfaces, IPv4 each, the sizes, the families that have these sizes. */
const ROWS: readonly (readonly [number, number, string, string])[] = [
  [2, 2, "nano micro", "t2 t3 t3a t4g"],
  [2, 4, "small", "t3a"],
  [
    2,
    4,
    "medium",
    `c6g c6gd c6gn c7a c7g c7gd c7gn c8a c8g c8gb c8gd c8gn m6g m6gd m7a m7g m7gd m8a m8g m8gb
     m8gd m8gn r6g r6gd r7a r7g r7gd r8a r8g r8gb r8gd r8gn`,
  ],
  [2, 20, "medium", "c9g c9gd m9g m9gd"],
  [3, 4, "small", "t2 t3 t4g"],
  [3, 4, "medium", "m8azn"],
  [3, 6, "medium", "t2 t3 t3a t4g"],
  [
    3,
    10,
    "large",
    `c5 c5a c5ad c5d c5n c6a c6g c6gd c6gn c6i c6id c6in c7a c7g c7gd c7gn c7i c8g c8gb c8gd
     c8gn m5 m5a m5ad m5d m5dn m5n m5zn m6a m6g m6gd m6i m6id m6idn m6in m7a m7g m7gd m7i m8g
     m8gb m8gd m8gn r5 r5a r5ad r5b r5d r5dn r5n r6a r6g r6gd r6i r6id r6idn r6in r7a r7g r7gd
     r7i r7iz r8g r8gb r8gd r8gn`,
  ],
  [3, 12, "large", "t2 t3 t3a t4g"],
  [3, 15, "xlarge 2xlarge", "t2"],
  [3, 20, "large", "c8a c8i c8id c9g c9gd m8a m8i m8id m9g m9gd r8a r8i r8id"],
  [
    4,
    15,
    "xlarge 2xlarge",
    `c5 c5a c5ad c5d c5n c6a c6g c6gd c6gn c6i c6id c6in c7a c7g c7gd c7gn c7i c8g c8gb c8gd
     c8gn m5 m5a m5ad m5d m5dn m5n m5zn m6a m6g m6gd m6i m6id m6idn m6in m7a m7g m7gd m7i m8g
     m8gb m8gd m8gn r5 r5a r5ad r5b r5d r5dn r5n r6a r6g r6gd r6i r6id r6idn r6in r7a r7g r7gd
     r7i r7iz r8g r8gb r8gd r8gn t3 t3a t4g`,
  ],
  [4, 20, "large", "c8ib c8in c8ine m8azn m8ib m8idb m8idn m8in m8ine r8ib r8idb r8idn r8in"],
  [4, 20, "xlarge", "c8a m8a m8azn r8a"],
  [
    4,
    30,
    "xlarge 2xlarge",
    `c8i c8ib c8id c8in c8ine c9g c9gd m8i m8ib m8id m8idb m8idn m8in m8ine m9g m9gd r8i r8ib
     r8id r8idb r8idn r8in`,
  ],
  [4, 40, "2xlarge", "c8a m8a r8a"],
  [8, 30, "3xlarge 6xlarge", "m5zn"],
  [
    8,
    30,
    "4xlarge",
    `c5 c5a c5ad c5d c5n c6a c6g c6gd c6gn c6i c6id c6in c7a c7g c7gd c7gn c7i c8g c8gb c8gd
     c8gn m5 m5a m5ad m5d m5dn m5n m6a m6g m6gd m6i m6id m6idn m6in m7a m7g m7gd m7i m8g m8gb
     m8gd m8gn r5 r5a r5ad r5b r5d r5dn r5n r6a r6g r6gd r6i r6id r6idn r6in r7a r7g r7gd r7i
     r7iz r8g r8gb r8gd r8gn`,
  ],
  [
    8,
    30,
    "8xlarge",
    `c5a c5ad c6a c6g c6gd c6gn c6i c6id c6in c7a c7g c7gd c7gn c7i c8g c8gd m5 m5a m5ad m5d
     m5dn m5n m6a m6g m6gd m6i m6id m6idn m6in m7a m7g m7gd m7i m8g m8gd r5 r5a r5ad r5b r5d
     r5dn r5n r6a r6g r6gd r6i r6id r6idn r6in r7a r7g r7gd r7i r7iz r8g r8gd`,
  ],
  [8, 30, "9xlarge", "c5 c5d c5n"],
  [
    8,
    30,
    "12xlarge",
    `c5 c5a c5ad c5d c6a c6g c6gd c6gn c6i c6id c6in c7a c7g c7gd c7gn c7i c8g c8gd m5 m5a m5ad
     m5d m5dn m5n m6a m6g m6gd m6i m6id m6idn m6in m7a m7g m7gd m7i m8g m8gd r5 r5a r5ad r5b
     r5d r5dn r5n r6a r6g r6gd r6i r6id r6idn r6in r7a r7g r7gd r7i r7iz r8g r8gd`,
  ],
  [8, 40, "3xlarge 6xlarge", "m8azn"],
  [8, 40, "4xlarge", "c8a m8a r8a"],
  [
    8,
    50,
    "4xlarge",
    `c8i c8ib c8id c8in c8ine c9g c9gd m8i m8ib m8id m8idb m8idn m8in m8ine m9g m9gd r8i r8ib
     r8id r8idb r8idn r8in`,
  ],
  [8, 50, "8xlarge", "c8ib c8in c8ine m8ib m8idb m8idn m8in m8ine r8ib r8idb r8idn r8in"],
  [8, 50, "32xlarge metal", "c6in m6idn m6in r6idn r6in"],
  [10, 30, "8xlarge", "c8gb c8gn m8gb m8gn r8gb r8gn"],
  [10, 40, "8xlarge", "c8a m8a r8a"],
  [10, 50, "8xlarge", "c8i c8id c9g c9gd m8i m8id m9g m9gd r8i r8id"],
  [12, 30, "12xlarge", "c8gb c8gn m8gb m8gn r8gb r8gn"],
  [
    12,
    50,
    "12xlarge",
    `c8i c8ib c8id c8in c8ine c9g c9gd m8i m8ib m8id m8idb m8idn m8in m8ine m9g m9gd r8i r8ib
     r8id r8idb r8idn r8in`,
  ],
  [12, 50, "48xlarge metal-48xl", "c8gb c8gn m8gb m8gn r8gb r8gn"],
  [12, 64, "12xlarge", "c8a m8a r8a"],
  [12, 64, "96xlarge metal-96xl", "c8ib c8in m8ib m8idb m8idn m8in r8ib r8idb r8idn r8in"],
  [15, 50, "12xlarge", "m5zn"],
  [
    15,
    50,
    "16xlarge",
    `c5a c5ad c6a c6g c6gd c6gn c6i c6id c6in c7a c7g c7gd c7gn c7i c8g c8gd m5 m5a m5ad m5d
     m5dn m5n m6a m6g m6gd m6i m6id m6idn m6in m7a m7g m7gd m7i m8g m8gd r5 r5a r5ad r5b r5d
     r5dn r5n r6a r6g r6gd r6i r6id r6idn r6in r7a r7g r7gd r7i r7iz r8g r8gd`,
  ],
  [15, 50, "18xlarge", "c5 c5d c5n"],
  [
    15,
    50,
    "24xlarge",
    `c5 c5a c5ad c5d c6a c6i c6id c6in c7a c7i c8g c8gd m5 m5a m5ad m5d m5dn m5n m6a m6i m6id
     m6idn m6in m7a m7i m8g m8gd r5 r5a r5ad r5b r5d r5dn r5n r6a r6i r6id r6idn r6in r7a r7i
     r8g r8gd`,
  ],
  [15, 50, "32xlarge", "c6a c6i c6id c7a c7i m6a m6i m6id m7a r6a r6i r6id r7a r7iz"],
  [15, 50, "48xlarge", "c6a c7a c7i c8g c8gd m6a m7a m7i m8g m8gd r6a r7a r7i r8g r8gd"],
  [
    15,
    50,
    "metal",
    `c5 c5a c5ad c5d c5n c6a c6g c6gd c6i c6id c7g c7gd c7gn m5 m5d m5dn m5n m5zn m6a m6g m6gd
     m6i m6id m7g m7gd r5 r5b r5d r5dn r5n r6a r6g r6gd r6i r6id r7g r7gd`,
  ],
  [15, 50, "metal-16xl metal-32xl", "r7iz"],
  [15, 50, "metal-24xl", "c7i c8g c8gd m7i m8g m8gd r7i r8g r8gd"],
  [15, 50, "metal-48xl", "c7a c7i c8g c8gd m7a m7i m8g m8gd r7a r7i r8g r8gd"],
  [16, 50, "16xlarge", "c8gb c8gn m8gb m8gn r8gb r8gn"],
  [16, 64, "12xlarge metal-12xl", "m8azn"],
  [
    16,
    64,
    "16xlarge",
    `c8a c8i c8ib c8id c8in c9g c9gd m8a m8i m8ib m8id m8idb m8idn m8in m9g m9gd r8a r8i r8ib
     r8id r8idb r8idn r8in`,
  ],
  [
    16,
    64,
    "24xlarge",
    `c8a c8i c8ib c8id c8in m8a m8azn m8i m8ib m8id m8idb m8idn m8in r8a r8i r8ib r8id r8idb
     r8idn r8in`,
  ],
  [16, 64, "32xlarge", "c8ib c8in m8ib m8idb m8idn m8in r8ib r8idb r8idn r8in"],
  [16, 64, "metal-24xl", "c8a m8a m8azn r8a"],
  [24, 50, "24xlarge metal-24xl", "c8gb c8gn m8gb m8gn r8gb r8gn"],
  [24, 64, "24xlarge", "c9g c9gd m9g m9gd"],
  [24, 64, "32xlarge 96xlarge metal-96xl", "c8i c8id m8i m8id r8i r8id"],
  [
    24,
    64,
    "48xlarge metal-48xl",
    `c8a c8i c8ib c8id c8in c9g c9gd m8a m8i m8ib m8id m8idb m8idn m8in m9g m9gd r8a r8i r8ib
     r8id r8idb r8idn r8in`,
  ],
];

const CAPACITIES = new Map<string, Capacity>(
  ROWS.flatMap(([maximumNetworkInterfaces, maximumIpsPerInterface, sizes, families]) =>
    families.split(/\s+/).flatMap((family) =>
      sizes.split(" ").map((size) => {
        const capacity = { maximumNetworkInterfaces, maximumIpsPerInterface };
        return [`${family}.${size}`, capacity] as const;
      }),
    ),
  ),
);

/**
 * The capacity of an instance type, or undefined for one that the table lacks.
 *
 * @example
 * capacityOf("c5.large") // { maximumNetworkInterfaces: 3, maximumIpsPerInterface: 10 }
 */
export function capacityOf(instanceType: string): Capacity | undefined {
  return CAPACITIES.get(instanceType);
}
