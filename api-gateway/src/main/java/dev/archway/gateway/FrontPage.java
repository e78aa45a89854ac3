package dev.archway.gateway;

import java.util.Map;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Tells a visitor what this server is. */
@RestController
final class FrontPage {
  /** The page's body. */
  record Page(String name, String description, Map<String, String> links) {}

  @GetMapping("/")
  Page page() {
    return new Page(
        "Archway",
        "Event-driven CI for multi-architecture container images. Calls need a token: Authorization: Bearer <token>.",
        Map.of(
            "executions", "/api/v1/executions",
            "images", "/api/v1/images",
            "validate", "/api/v1/pipelines/validate",
            "schema", "/api/v1/schema/pipeline",
            "health", "/actuator/health"));
  }
}
