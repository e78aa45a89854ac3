package dev.archway.gateway.access;

import dev.archway.gateway.audit.AuditLog;
import dev.archway.web.ProblemBodies;
import dev.archway.web.RequestPaths;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.web.client.RestClientException;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Finds the operation that a request asks for, who asks, and whether the one may do the other
 * there. A path that is no operation does not exist: there is no way round the check but to leave
 * an operation out of the document, which leaves it out of the API. Thread-safe.
 */
public final class AccessFilter extends OncePerRequestFilter {
  private static final Logger log = LoggerFactory.getLogger(AccessFilter.class);
  private static final String RETRY_SECONDS = "2";

  private final ApiDocument document;
  private final Predicate<String> open;
  private final Authenticator authenticator;
  private final ExecutionScopes executions;
  private final AuditLog audit;
  private final RateLimit addresses;
  private final RateLimit callers;

  /**
   * How much is taken.
   *
   * @param perAddress requests of one address a second
   * @param perCaller requests of one caller a second
   */
  public record Rates(int perAddress, int perCaller) {}

  /**
   * @param open paths beside the API's that anyone may see; undecoded
   */
  public AccessFilter(
      ApiDocument document,
      Predicate<String> open,
      Authenticator authenticator,
      ExecutionScopes executions,
      AuditLog audit,
      Rates rates) {
    this.document = document;
    this.open = open;
    this.authenticator = authenticator;
    this.executions = executions;
    this.audit = audit;
    this.addresses = new RateLimit(rates.perAddress(), System::nanoTime);
    this.callers = new RateLimit(rates.perCaller(), System::nanoTime);
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    String path = request.getRequestURI();
    if (!RequestPaths.plain(path)) {
      // A path that two readers may read in two ways is read by none.
      ProblemBodies.write(
          response,
          400,
          "Bad Request",
          "The path has empty, dotted or encoded parts (expected: the plain form of the path).");
    } else if (open.test(path)) {
      chain.doFilter(request, response);
    } else if (mayAsk(addresses, request.getRemoteAddr(), response)) {
      switch (document.find(request.getMethod(), path)) {
        case ApiDocument.Found.Match match -> admit(match, request, response, chain);
        case ApiDocument.Found.OtherMethods other -> {
          response.setHeader(HttpHeaders.ALLOW, String.join(", ", other.allowed()));
          ProblemBodies.write(
              response,
              405,
              "Method Not Allowed",
              "There is no %s here (expected: %s)."
                  .formatted(request.getMethod(), String.join(", ", other.allowed())));
        }
        case ApiDocument.Found.Nothing _ -> unknownPath(request, response);
      }
    }
  }

  /** Whether something exists is for those to know who may come in. */
  private void unknownPath(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (authenticator.authenticate(request) instanceof Authentication.Known) {
      ProblemBodies.write(
          response, 404, "Not Found", "There is nothing here; /v3/api-docs lists what there is.");
    } else {
      unauthorized(response, "No valid token was shown.");
    }
  }

  private void admit(
      ApiDocument.Found.Match match,
      HttpServletRequest request,
      HttpServletResponse response,
      FilterChain chain)
      throws ServletException, IOException {
    Operation operation = match.operation();
    operation.markAs(request);
    if (operation.role() == null) {
      chain.doFilter(request, response);
      return;
    }
    switch (authenticator.authenticate(request)) {
      case Authentication.Absent _ ->
          unauthorized(
              response,
              Credential.of(request).isPresent()
                  ? "The token is not known."
                  : "No token was shown.");
      case Authentication.Refused(String reason) -> unauthorized(response, reason);
      case Authentication.Unavailable(String reason) ->
          write(new Verdict.Denied(503, "Service Unavailable", reason), response);
      case Authentication.Known(Caller caller) -> {
        if (mayAsk(callers, caller.name(), response)) {
          caller.markAs(request);
          serve(match, operation.role(), caller, request, response, chain);
        }
      }
    }
  }

  private void serve(
      ApiDocument.Found.Match match,
      Role role,
      Caller caller,
      HttpServletRequest request,
      HttpServletResponse response,
      FilterChain chain)
      throws ServletException, IOException {
    Operation operation = match.operation();
    Verdict verdict =
        operation.changes() && !Credential.meant(request)
            ? new Verdict.Denied(
                403,
                "Forbidden",
                "A change with the session's cookie needs header X-Requested-With, which other sites' pages cannot send.")
            : judge(operation, role, match.variables(), request, caller);
    if (!operation.changes()) {
      answer(verdict, response, chain);
      return;
    }
    AuditLog.Change change = audit.begin(operation, caller, request);
    int status = 500;
    try {
      answer(verdict, response, chain);
      status = response.getStatus();
    } finally {
      change.ended(status);
    }
  }

  private static void answer(Verdict verdict, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    switch (verdict) {
      case Verdict.Allowed(HttpServletRequest as) -> chain.doFilter(as, response);
      case Verdict.Denied denied -> write(denied, response);
    }
  }

  private static void write(Verdict.Denied denied, HttpServletResponse response)
      throws IOException {
    if (denied.status() == 503) {
      response.setHeader(HttpHeaders.RETRY_AFTER, RETRY_SECONDS);
    }
    ProblemBodies.write(response, denied.status(), denied.title(), denied.detail());
  }

  private static boolean mayAsk(RateLimit limit, String who, HttpServletResponse response)
      throws IOException {
    Duration wait = limit.take(who);
    if (wait.isZero()) {
      return true;
    }
    response.setHeader(HttpHeaders.RETRY_AFTER, Long.toString(wait.toSeconds() + 1));
    ProblemBodies.write(
        response,
        429,
        "Too Many Requests",
        "%s asks too often; try again in %d s.".formatted(who, wait.toSeconds() + 1));
    return false;
  }

  private sealed interface Verdict {
    record Allowed(HttpServletRequest as) implements Verdict {}

    record Denied(int status, String title, String detail) implements Verdict {}
  }

  private Verdict judge(
      Operation operation,
      Role role,
      Map<String, String> variables,
      HttpServletRequest request,
      Caller caller) {
    if (caller.may(role, Scope.ACCOUNT)) {
      return new Verdict.Allowed(request);
    }
    List<Scope> scopes = caller.scopes(role);
    if (scopes.isEmpty()) {
      return forbidden(caller, role, "anywhere");
    }
    try {
      return switch (operation.place()) {
        case ANY -> new Verdict.Allowed(request);
        case PATH ->
            within(
                new Scope(variables.get("org"), variables.get("project")), role, caller, request);
        case QUERY -> ofQuery(scopes, role, caller, request);
        case EXECUTION -> ofExecution(variables, role, caller, request);
      };
    } catch (IllegalArgumentException e) {
      return new Verdict.Denied(400, "Bad Request", String.valueOf(e.getMessage()));
    }
  }

  private static Verdict within(Scope scope, Role role, Caller caller, HttpServletRequest request) {
    return caller.may(role, scope)
        ? new Verdict.Allowed(request)
        : forbidden(caller, role, scope.toString());
  }

  private static Verdict ofQuery(
      List<Scope> scopes, Role role, Caller caller, HttpServletRequest request) {
    Query query = Query.of(request);
    String org = query.only("org");
    String project = query.only("project");
    if (org != null || project != null) {
      return within(new Scope(org, project), role, caller, request);
    }
    if (scopes.size() > 1) {
      return new Verdict.Denied(
          400,
          "Bad Request",
          "You have a role in %s; say which is meant with the parameters org and project."
              .formatted(scopes));
    }
    return new Verdict.Allowed(new ScopedRequest(request, scopes.getFirst()));
  }

  private Verdict ofExecution(
      Map<String, String> variables, Role role, Caller caller, HttpServletRequest request) {
    String inPath = variables.get("id");
    String id = inPath == null ? Query.of(request).only("execution") : inPath;
    if (id == null) {
      return within(Scope.ACCOUNT, role, caller, request);
    }
    try {
      Optional<Scope> scope = executions.of(id);
      return scope.isPresent()
          ? within(scope.get(), role, caller, request)
          : new Verdict.Denied(
              404, "Not Found", "there is no execution %s; check the id".formatted(id));
    } catch (RestClientException e) {
      log.warn("cannot tell whose execution {} is: {}", id, e.toString());
      return new Verdict.Denied(
          503,
          "Service Unavailable",
          "planner-service does not answer now, so whose execution this is cannot be told; try again in %s s"
              .formatted(RETRY_SECONDS));
    }
  }

  private static Verdict forbidden(Caller caller, Role role, String where) {
    return new Verdict.Denied(
        403,
        "Forbidden",
        "%s is no %s of %s (has: %s); ask an admin for the role."
            .formatted(
                caller.name(),
                role.word(),
                where,
                caller.grants().stream()
                    .map(grant -> grant.role().word() + " of " + grant.scope())
                    .toList()));
  }

  private static void unauthorized(HttpServletResponse response, String reason) throws IOException {
    response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"archway\"");
    ProblemBodies.write(
        response,
        401,
        "Unauthorized",
        reason
            + " Expected: header Authorization: Bearer <token>; ask the one who runs this server for a token.");
  }
}
