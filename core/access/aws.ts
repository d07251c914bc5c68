/**
 * The one list of what sendips asks of AWS: every action, why, on which resources, under which condition. The files in
 * `access/`, `sendips iam` and the tests of the sandbox come from it.
 *
 * Which actions take which resources and condition keys is what the Service Authorization Reference of EC2 says; a test
 * holds the list against it. `sts:GetCallerIdentity`, which the provider asks first, needs no permission.
 */
import {
  both,
  keepsOwner,
  LEAVES_OWNER,
  madeWithTags,
  ofMailHost,
  owned,
  RELEASED,
  whileMaking,
} from "./conditions.ts";
import {
  type Condition,
  ec2Arn,
  type Grant,
  imageArn,
  type MailHostNeeds,
  type Permission,
  type Place,
  roleArn,
  type TenantNeeds,
} from "./grant.ts";

/** Where the official provider asks for what our stand-ins do without. */
const INSTANCE_SOURCE = "terraform-provider-aws, internal/service/ec2/ec2_instance.go";

/** Only the Region of the stack: what EC2 restricts to no resource at least is asked there alone. */
function inRegion({ region }: Place): { condition?: Condition } {
  return region === undefined
    ? {}
    : { condition: { StringEquals: { "aws:RequestedRegion": region } } };
}

/** What every command of Pulumi's on a tenant reads: previews, refreshes and drift jobs need no more. */
export function tenantLookUps(place: Place, { networkInterfaces }: TenantNeeds): Grant[] {
  const permissions: Permission[] = [
    { action: "ec2:DescribeAddresses", why: "the stack's addresses by tag, id and private IP" },
    { action: "ec2:DescribeAddressesAttribute", why: "the PTR of an address" },
  ];
  if (networkInterfaces.length > 0) {
    permissions.push({
      action: "ec2:DescribeNetworkInterfaces",
      why: "the private IPs of a host that is not ours",
    });
  }
  return [
    {
      ...{ sid: "LookAtAddresses", title: "look at addresses", permissions, resources: ["*"] },
      ...inRegion(place),
    },
  ];
}

/** What a deployment of a tenant changes. */
export function tenantChanges(place: Place, needs: TenantNeeds): Grant[] {
  const addresses = [ec2Arn(place, "elastic-ip/*")];
  const bindings: Permission[] = [
    { action: "ec2:AssociateAddress", why: "binds an address to its private IP" },
    { action: "ec2:DisassociateAddress", why: "before an address moves or goes" },
  ];
  return [
    {
      sid: "AllocateAddresses",
      title: "allocate addresses, with the stack's tags",
      permissions: [
        { action: "ec2:AllocateAddress", why: "a new address, or a released one asked back" },
      ],
      resources: addresses,
      condition: madeWithTags(place),
    },
    {
      sid: "TagNewAddresses",
      title: "tag them while they are allocated",
      permissions: [{ action: "ec2:CreateTags", why: "an address is tagged as it is allocated" }],
      resources: addresses,
      condition: both(whileMaking(["AllocateAddress"]), madeWithTags(place)),
    },
    ...(needs.pools.length === 0
      ? []
      : [
          {
            sid: "AllocateFromPools",
            title: "take addresses from the config's pools",
            permissions: [{ action: "ec2:AllocateAddress", why: "an address of a pool of yours" }],
            resources: needs.pools.map((pool) => ec2Arn(place, `ipv4pool-ec2/${pool}`)),
          },
        ]),
    {
      sid: "ChangeOwnAddresses",
      title: "bind and name the stack's own addresses",
      permissions: [
        ...bindings,
        { action: "ec2:ModifyAddressAttribute", why: "sets the PTR" },
        { action: "ec2:ResetAddressAttribute", why: "removes the PTR, without which none goes" },
      ],
      resources: addresses,
      condition: owned(place),
    },
    ...bindingGrants(place, needs, bindings),
    {
      sid: "RetagOwnAddresses",
      title: "write tags of the stack's own addresses",
      permissions: [
        { action: "ec2:CreateTags", why: "a name, a private IP or a release has changed" },
      ],
      resources: addresses,
      condition: both(owned(place), keepsOwner(place)),
    },
    {
      sid: "UntagOwnAddresses",
      title: "take tags of the stack's own addresses away, but for those that say whose they are",
      permissions: [{ action: "ec2:DeleteTags", why: "a release is taken back" }],
      resources: addresses,
      condition: both(owned(place), LEAVES_OWNER),
    },
    {
      sid: "ReleaseOwnAddresses",
      title: "release the stack's own addresses whose release is deployed",
      permissions: [{ action: "ec2:ReleaseAddress", why: "an address that was released goes" }],
      resources: addresses,
      condition: both(owned(place), RELEASED),
    },
    ...adoptionGrants(place, needs.adopt),
  ];
}

/** EC2 asks for the network interface too. */
function bindingGrants(
  place: Place,
  { networkInterfaces }: TenantNeeds,
  permissions: readonly Permission[],
): Grant[] {
  const named = {
    sid: "BindAtNamedInterfaces",
    title: "bind at the network interfaces that the config names",
    permissions,
    resources: networkInterfaces.map((id) => ec2Arn(place, `network-interface/${id}`)),
  };
  const ours = {
    sid: "BindAtMailHosts",
    title: "bind at the interfaces of the project's mail hosts",
    permissions,
    resources: [ec2Arn(place, "network-interface/*")],
    condition: ofMailHost(place),
  };
  return networkInterfaces.length > 0 ? [named] : [ours];
}

/** Named one by one: whoever may tag any address may take and release any address. */
function adoptionGrants(place: Place, adopt: readonly string[]): Grant[] {
  const ids = adopt.filter((address) => address.startsWith("eipalloc-"));
  const ips = adopt.filter((address) => !address.startsWith("eipalloc-"));
  const grant = {
    title: "take over addresses of somebody else's, named one by one",
    permissions: [
      { action: "ec2:CreateTags", why: "an address that is taken over gets the stack's tags" },
    ],
  };
  return [
    ...(ids.length === 0
      ? []
      : [
          {
            ...{ sid: "AdoptAddresses", ...grant },
            resources: ids.map((id) => ec2Arn(place, `elastic-ip/${id}`)),
            condition: madeWithTags(place),
          },
        ]),
    ...(ips.length === 0
      ? []
      : [
          {
            ...{ sid: "AdoptPublicAddresses", ...grant },
            resources: [ec2Arn(place, "elastic-ip/*")],
            condition: both(madeWithTags(place), { StringEquals: { "ec2:PublicIpAddress": ips } }),
          },
        ]),
  ];
}

/** What every command of Pulumi's on a mail host reads. */
export function mailHostLookUps(place: Place, { instance }: MailHostNeeds): Grant[] {
  const permissions: Permission[] = [
    { action: "ec2:DescribeSubnets", why: "the subnet: its VPC, its private IPs" },
    { action: "ec2:DescribeInstanceTypes", why: "how many interfaces and private IPs fit" },
    { action: "ec2:DescribeSecurityGroups", why: "the security group" },
    {
      action: "ec2:DescribeNetworkInterfaces",
      why: "the network interfaces and their private IPs",
    },
    { action: "ec2:DescribeAddresses", why: "no private IP goes on which an address hangs" },
    { action: "ec2:DescribeAddressesAttribute", why: "the name of an address that is in the way" },
    { action: "ec2:DescribeInstances", why: "the machine, or that there is none" },
  ];
  if (instance !== undefined) {
    const official = INSTANCE_SOURCE;
    permissions.push(
      { action: "ec2:DescribeInstanceCreditSpecifications", why: "of burstable types", official },
      { action: "ec2:DescribeTags", why: "which launch template it is of", official },
      { action: "ec2:DescribeVolumes", why: "the machine's disks", official },
      { action: "ec2:DescribeVpcs", why: "whether the VPC is the default one", official },
    );
  }
  return [
    {
      ...{ sid: "LookAtMailHost", title: "look at the mail host", permissions, resources: ["*"] },
      ...inRegion(place),
    },
    ...(instance === undefined ? [] : [instanceLookUp(place)]),
  ];
}

/** Attributes hold the user data, in which others may keep secrets: of the stack's own machine alone. */
function instanceLookUp(place: Place): Grant {
  const why = "what protects the machine, and its user data";
  return {
    sid: "LookAtOwnInstance",
    title: "look at the stack's own machine",
    permissions: [{ action: "ec2:DescribeInstanceAttribute", why, official: INSTANCE_SOURCE }],
    resources: [ec2Arn(place, "instance/*")],
    condition: owned(place),
  };
}

/** What a deployment of a mail host changes. */
export function mailHostChanges(place: Place, { subnets, instance }: MailHostNeeds): Grant[] {
  const kinds = ["security-group", "network-interface", ...(instance ? ["instance"] : [])];
  const [groups = "", interfaces = ""] = kinds.map((kind) => ec2Arn(place, `${kind}/*`));
  const every = kinds.map((kind) => ec2Arn(place, `${kind}/*`));
  const subnetArns = subnets.map((subnet) => ec2Arn(place, `subnet/${subnet}`));
  const createGroup = { action: "ec2:CreateSecurityGroup", why: "the security group" };
  const createInterface = { action: "ec2:CreateNetworkInterface", why: "a network interface" };
  const making = ["CreateSecurityGroup", "CreateNetworkInterface"];
  return [
    {
      sid: "MakeGroup",
      title: "make the security group, with the stack's tags",
      permissions: [createGroup],
      resources: [groups],
      condition: madeWithTags(place),
    },
    {
      sid: "MakeInterfaces",
      title: "make the network interfaces, with the stack's tags",
      permissions: [createInterface],
      resources: [interfaces],
      condition: madeWithTags(place),
    },
    {
      sid: "TagNewThings",
      title: "tag what is made while it is made",
      permissions: [{ action: "ec2:CreateTags", why: "each is tagged as it is made" }],
      resources: every,
      condition: both(
        whileMaking([...making, ...(instance ? ["RunInstances"] : [])]),
        madeWithTags(place),
      ),
    },
    {
      sid: "MakeGroupInVpc",
      title: "in the VPC of the subnet, which is known by its subnet alone",
      permissions: [createGroup],
      resources: [ec2Arn(place, "vpc/*")],
    },
    {
      sid: "MakeInterfacesInSubnet",
      title: "in the config's subnet",
      permissions: [createInterface],
      resources: subnetArns,
    },
    {
      sid: "MakeInterfacesWithGroup",
      title: "with the stack's own security group",
      permissions: [createInterface],
      resources: [groups],
      condition: owned(place),
    },
    {
      sid: "ChangeOwnGroup",
      title: "the rules of the stack's own security group, and its end",
      permissions: [
        { action: "ec2:AuthorizeSecurityGroupIngress", why: "who may submit mail, and port 25" },
        { action: "ec2:AuthorizeSecurityGroupEgress", why: "mail, DNS and HTTPS" },
        { action: "ec2:RevokeSecurityGroupIngress", why: "who may submit mail no more" },
        { action: "ec2:RevokeSecurityGroupEgress", why: "a new group lets everything out" },
        { action: "ec2:DeleteSecurityGroup", why: "the mail host goes" },
      ],
      resources: [groups],
      condition: owned(place),
    },
    {
      sid: "ChangeOwnInterfaces",
      title: "private IPs of the stack's own network interfaces",
      permissions: [
        { action: "ec2:AssignPrivateIpAddresses", why: "a private IP more" },
        { action: "ec2:UnassignPrivateIpAddresses", why: "a private IP less" },
        {
          action: "ec2:ModifyNetworkInterfaceAttribute",
          why: "what was changed by hand is put right: groups, description",
        },
      ],
      resources: [interfaces],
      condition: owned(place),
    },
    {
      sid: "DeleteOwnInterfaces",
      title: "delete the stack's own network interfaces whose release is deployed",
      permissions: [
        { action: "ec2:DeleteNetworkInterface", why: "an interface that was released goes" },
      ],
      resources: [interfaces],
      condition: both(owned(place), RELEASED),
    },
    {
      sid: "RetagOwnThings",
      title: "write tags of the stack's own things",
      permissions: [{ action: "ec2:CreateTags", why: "a release is deployed" }],
      resources: every,
      condition: both(owned(place), keepsOwner(place)),
    },
    {
      sid: "UntagOwnThings",
      title: "take tags of the stack's own things away, but for those that say whose they are",
      permissions: [{ action: "ec2:DeleteTags", why: "a release is taken back" }],
      resources: every,
      condition: both(owned(place), LEAVES_OWNER),
    },
    ...(instance === undefined ? [] : instanceGrants(place, subnetArns, instance)),
  ];
}

/** The machine. What it is launched with EC2 asks one by one. */
function instanceGrants(
  place: Place,
  subnets: readonly string[],
  { images, keyPairs, instanceProfiles }: NonNullable<MailHostNeeds["instance"]>,
): Grant[] {
  const instances = ec2Arn(place, "instance/*");
  const interfaces = ec2Arn(place, "network-interface/*");
  const run = { action: "ec2:RunInstances", why: "the machine" };
  const official = INSTANCE_SOURCE;
  return [
    {
      sid: "RunInstance",
      title: "launch the machine, with the stack's tags",
      permissions: [run],
      resources: [instances],
      condition: madeWithTags(place),
    },
    {
      sid: "RunWithConfig",
      title: "from the config's image, in its subnet, with its key pair and a disk",
      permissions: [run],
      resources: [
        ...images.map((image) => imageArn(place, image)),
        ...subnets,
        ...keyPairs.map((key) => ec2Arn(place, `key-pair/${key}`)),
        ec2Arn(place, "volume/*"),
      ],
    },
    {
      sid: "RunWithInterface",
      // At a launch EC2 knows no tags of an interface.
      title: "on a network interface in that subnet",
      permissions: [run],
      resources: [interfaces],
      condition: { ArnLike: { "ec2:Subnet": [...subnets] } },
    },
    {
      sid: "RunWithGroup",
      title: "with the stack's own security group",
      permissions: [run],
      resources: [ec2Arn(place, "security-group/*")],
      condition: owned(place),
    },
    ...(instanceProfiles.length === 0
      ? []
      : [
          {
            sid: "PassRole",
            title: "hand the machine the role of its instance profile, taken to have the same name",
            permissions: [{ action: "iam:PassRole", why: "the machine's instance profile" }],
            resources: instanceProfiles.map((profile) => roleArn(place, profile)),
            condition: { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } },
          },
        ]),
    {
      sid: "ChangeOwnInstance",
      title: "the stack's own machine, and its end",
      permissions: [
        { action: "ec2:TerminateInstances", why: "the machine goes or is replaced" },
        {
          action: "ec2:ModifyInstanceMetadataOptions",
          why: "only with tokens may a program ask the machine's metadata",
        },
        {
          action: "ec2:ModifyInstanceAttribute",
          why: "before the end of a machine, and for another type",
          official,
        },
        { action: "ec2:StopInstances", why: "for another type", official },
        { action: "ec2:StartInstances", why: "with another type", official },
      ],
      resources: [instances],
      condition: owned(place),
    },
    {
      sid: "AttachOwnInterfaces",
      title: "attach the stack's own interfaces to its own machine",
      permissions: [
        { action: "ec2:AttachNetworkInterface", why: "a second interface of the machine" },
        { action: "ec2:DetachNetworkInterface", why: "before it or the machine goes" },
      ],
      resources: [interfaces, instances],
      condition: owned(place),
    },
  ];
}
