/** The AWS services of the sandbox and how to tell which one a request is for. */
import type { Vault } from "../store.ts";
import type { Service, WireRequest } from "../world.ts";
import { ec2Service } from "./ec2/service.ts";
import { form } from "./params.ts";
import { ssmService } from "./ssm/service.ts";
import { stsService } from "./sts.ts";

export interface AwsServices {
  ec2: Service;
  sts: Service;
  ssm: Service;
}

export function awsServices(vault: Vault): AwsServices {
  return { ec2: ec2Service, sts: stsService, ssm: ssmService(vault) };
}

export function pickAwsService(services: AwsServices, request: WireRequest): Service {
  if (request.headers["x-amz-target"] !== undefined) return services.ssm;
  if (form(request).get("Version") === "2011-06-15") return services.sts;
  return services.ec2;
}
