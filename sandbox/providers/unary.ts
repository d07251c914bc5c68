/** Calls and their failures on the wire. */
import grpc from "@grpc/grpc-js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import statuses from "@pulumi/pulumi/proto/status_pb.js";
import anys from "google-protobuf/google/protobuf/any_pb.js";
import { InitFailure } from "./resource.ts";
import { type Props, toStruct } from "./values.ts";

/** A resource that exists but is not finished travels with its id and state. */
export function failure(error: unknown, inputs?: Props, outputs?: Props): grpc.ServiceError {
  const message = error instanceof Error ? error.message : String(error);
  const metadata = new grpc.Metadata();
  if (error instanceof InitFailure) {
    const detail = new pb.ErrorResourceInitFailed();
    detail.setId(error.id);
    detail.setReasonsList([message]);
    detail.setProperties(toStruct(outputs ?? {}));
    detail.setInputs(toStruct(inputs ?? {}));
    const any = new anys.Any();
    any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const status = new statuses.Status();
    status.setCode(grpc.status.UNKNOWN);
    status.setMessage(message);
    status.addDetails(any);
    metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  }
  return Object.assign(new Error(message), {
    code: grpc.status.UNKNOWN,
    details: message,
    metadata,
  });
}

/** An error that already has its gRPC form. */
export class FailedCall extends Error {
  readonly service: grpc.ServiceError;
  constructor(service: grpc.ServiceError) {
    super(service.message);
    this.service = service;
  }
}

/** A handler from an async function. */
export function unary<Q, A>(answer: (request: Q) => Promise<A> | A): grpc.handleUnaryCall<Q, A> {
  return (call, callback) => {
    void (async () => {
      try {
        callback(null, await answer(call.request));
      } catch (error) {
        callback(error instanceof FailedCall ? error.service : failure(error), null);
      }
    })();
  };
}
