package dev.archway.contract.api;

import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.status.Status;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One line of the list of executions. */
public record ExecutionSummary(
    ExecutionId id,
    String org,
    String project,
    String pipeline,
    String name,
    Status status,
    Instant createdAt,
    @Nullable Instant endedAt) {}
