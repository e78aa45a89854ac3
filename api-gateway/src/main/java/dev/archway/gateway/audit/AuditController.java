package dev.archway.gateway.audit;

import dev.archway.contract.api.AuditEntry;
import dev.archway.web.ProblemException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Shows the audit log. */
@RestController
public final class AuditController {
  private static final int MOST = 500;

  private final AuditLog audit;

  /** Shows this log. */
  public AuditController(AuditLog audit) {
    this.audit = audit;
  }

  @GetMapping("/api/v1/audit")
  List<AuditEntry> list(
      @RequestParam(required = false) @Nullable Long before,
      @RequestParam(required = false) @Nullable String caller,
      @RequestParam(defaultValue = "100") int limit) {
    if (limit < 1 || limit > MOST) {
      throw new ProblemException(
          400, "Bad Request", "limit: %d (expected: 1 to %d)".formatted(limit, MOST));
    }
    return audit.list(before, caller, limit);
  }
}
