package dev.archway.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.archway.gateway.access.ExecutionScopes;
import dev.archway.gateway.access.Scope;
import java.net.URI;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.RestClient;
import tools.jackson.databind.JsonNode;

/**
 * Asks the planner which project an execution belongs to, once: it never changes. Only callers
 * whose role does not count in the whole account come to this. Thread-safe.
 */
final class PlannersExecutions implements ExecutionScopes {
  private static final int REMEMBERED = 10_000;

  private final RestClient planner;
  private final Cache<String, Scope> known = Caffeine.newBuilder().maximumSize(REMEMBERED).build();

  PlannersExecutions(RestClient.Builder client, URI plannerUrl, String serviceToken) {
    this.planner =
        client
            .baseUrl(plannerUrl.toString())
            .defaultHeader(HttpHeaders.AUTHORIZATION, "Bearer " + serviceToken)
            .build();
  }

  @Override
  public Optional<Scope> of(String executionId) {
    Scope remembered = known.getIfPresent(executionId);
    if (remembered != null) {
      return Optional.of(remembered);
    }
    try {
      JsonNode execution =
          planner.get().uri("/api/v1/executions/{id}", executionId).retrieve().body(JsonNode.class);
      if (execution == null) {
        return Optional.empty();
      }
      Scope scope =
          new Scope(execution.path("org").asString(), execution.path("project").asString());
      known.put(executionId, scope);
      return Optional.of(scope);
    } catch (HttpClientErrorException.NotFound _) {
      return Optional.empty();
    }
  }
}
