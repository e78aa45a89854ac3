package dev.archway.planner;

import org.springframework.boot.builder.SpringApplicationBuilder;

/** Starts the planner on its own. */
public final class PlannerApplication {
  private PlannerApplication() {}

  /** Runs until it is ended. */
  public static void main(String[] args) {
    new SpringApplicationBuilder(PlannerConfiguration.class)
        .properties("spring.config.name=planner-service")
        .run(args);
  }
}
