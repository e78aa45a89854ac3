package dev.archway.contract.api;

import dev.archway.contract.failure.Problem;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.status.Status;
import java.util.List;
import java.util.Map;

/**
 * The answer to a submission that was taken.
 *
 * @param warnings findings that do not keep it from running
 * @param links paths below the server's root: {@code self}, {@code events}, {@code logs}, {@code
 *     abort}
 */
public record Accepted(
    ExecutionId id, Status status, List<Problem> warnings, Map<String, String> links) {}
