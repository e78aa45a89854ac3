package dev.archway.registry;

import org.springframework.boot.SpringApplication;

/** Starts registry-service alone. */
public final class RegistryApplication {
  private RegistryApplication() {}

  /** Runs until it is ended. */
  public static void main(String[] args) {
    System.setProperty("spring.config.name", "registry-service");
    SpringApplication.run(RegistryConfiguration.class, args);
  }
}
