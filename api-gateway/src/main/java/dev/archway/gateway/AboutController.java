package dev.archway.gateway;

import dev.archway.gateway.access.ApiDocument;
import dev.archway.gateway.access.Caller;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Tells callers about the API and about themselves. */
@RestController
public final class AboutController {
  private final ApiDocument document;

  AboutController(ApiDocument document) {
    this.document = document;
  }

  @GetMapping("/v3/api-docs")
  Map<?, ?> document() {
    return document.document();
  }

  @GetMapping("/api/v1/me")
  Caller me(HttpServletRequest request) {
    return Caller.of(request);
  }
}
