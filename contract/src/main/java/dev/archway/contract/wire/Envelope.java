package dev.archway.contract.wire;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A record on its way, in the terms of CloudEvents 1.0 (binary mode: everything but {@code data}
 * travels as headers).
 *
 * @param id unique per {@code source}; derived from the content's identity, so that a resend has
 *     the same id
 * @param source the service that made it, such as {@code planner}
 * @param key orders records: those with one key arrive in the order they were sent
 * @param time when it was made
 * @param data a record that {@link ContractTypes} knows
 * @param traceparent the place in a trace that it belongs to, as in W3C Trace Context (CloudEvents'
 *     extension "Distributed Tracing"); null when there is none
 */
public record Envelope(
    String id, String source, String key, Instant time, Object data, @Nullable String traceparent) {
  /** One that belongs to no trace but that of the thread that sends it. */
  public Envelope(String id, String source, String key, Instant time, Object data) {
    this(id, source, key, time, data, null);
  }

  /** The same at that place in a trace. */
  public Envelope at(@Nullable String place) {
    return new Envelope(id, source, key, time, data, place);
  }
}
