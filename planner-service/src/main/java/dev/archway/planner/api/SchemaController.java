package dev.archway.planner.api;

import dev.archway.pipeline.dialect.PipelineSchema;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Hands out the JSON Schema of pipelines, of the same version as the compiler that checks them. */
@RestController
public final class SchemaController {
  private final String pipeline = PipelineSchema.text();

  @GetMapping(path = "/api/v1/schema/pipeline", produces = MediaType.APPLICATION_JSON_VALUE)
  String pipeline() {
    return pipeline;
  }
}
