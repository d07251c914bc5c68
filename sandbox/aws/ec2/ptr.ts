/** The PTR record of an Elastic IP over time. */
import type { Address, Ptr } from "../state.ts";

/** Whether `ReleaseAddress` must be refused, also for a while after the record is gone. */
export function ptrHolds(ptr: Ptr, now: number): boolean {
  const { record, update } = settledPtr(ptr, now);
  return record !== undefined || update !== undefined || (ptr.lingersUntil ?? 0) > now;
}

/** The name that the reverse zone answers with right now, with a trailing dot. */
export function ptrOf({ ptr }: Address, now: number): string | undefined {
  return settledPtr(ptr, now).record;
}

/** The record as it is at a moment: a change takes effect without anyone asking. */
export function settledPtr(ptr: Ptr, now: number): Ptr {
  const { update, record, ...rest } = ptr;
  if (update === undefined || update.due > now || update.reason !== undefined) return ptr;
  return update.value === "" ? rest : { ...rest, record: update.value };
}

/** Writes down what has taken effect by a moment. */
export function settlePtr(ptr: Ptr, now: number): void {
  const next = settledPtr(ptr, now);
  if (next === ptr) return;
  delete ptr.update;
  if (next.record === undefined) delete ptr.record;
  else ptr.record = next.record;
}
