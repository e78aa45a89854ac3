package dev.archway.standalone;

import dev.archway.connector.SecretSource;
import dev.archway.registry.SecretValues;
import java.nio.file.Path;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Gives the services that log in somewhere the secrets of this home. */
final class Secrets {
  private Secrets() {}

  /** For verifying and publishing. */
  @Configuration(proxyBeanMethods = false)
  static class ForRegistry {
    @Bean
    SecretValues secretValues(@Value("${archway.secrets.directory}") Path directory) {
      return new SecretSource(directory, System.getenv())::resolve;
    }
  }
}
