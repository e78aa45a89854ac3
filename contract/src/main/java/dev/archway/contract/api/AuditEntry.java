package dev.archway.contract.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One change that a caller asked for.
 *
 * @param id grows with time
 * @param address where the request came from
 * @param operation what the OpenAPI document calls it
 * @param path what it was on
 * @param status the HTTP status of the answer; null while it is under way, or when the gateway was
 *     killed before it knew
 */
public record AuditEntry(
    long id,
    Instant at,
    String caller,
    String address,
    String operation,
    String method,
    String path,
    @Nullable Integer status) {}
