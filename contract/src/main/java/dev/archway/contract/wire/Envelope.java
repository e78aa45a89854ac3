package dev.archway.contract.wire;

import java.time.Instant;

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
 */
public record Envelope(String id, String source, String key, Instant time, Object data) {}
