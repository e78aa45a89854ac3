package dev.archway.executor;

import dev.archway.contract.image.Platform;
import java.util.List;
import java.util.Map;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;

/** The executor service as a program of its own. */
public final class ExecutorApplication {
  private ExecutorApplication() {}

  /** Runs until it is ended. */
  public static void main(String[] arguments) {
    var _ = configure(new SpringApplicationBuilder()).run(arguments);
  }

  /**
   * Makes an application of the executor; standalone calls it too. It reads {@code
   * executor-service.properties} and needs {@code archway.executor.directory}, {@code
   * archway.executor.platforms}, {@code archway.executor.podman.directory} and {@code
   * archway.secrets.directory}.
   */
  public static SpringApplicationBuilder configure(SpringApplicationBuilder builder) {
    return builder
        .sources(ExecutorConfiguration.class)
        .web(WebApplicationType.NONE)
        .properties("spring.config.name=executor-service");
  }

  /** The binding properties of these platforms' consumers. */
  public static Map<String, Object> bindings(List<Platform> platforms) {
    return StageCommandConsumers.bindings(platforms);
  }
}
