package dev.archway.gateway;

import org.springframework.boot.SpringApplication;

/** Starts api-gateway alone. */
public final class GatewayApplication {
  private GatewayApplication() {}

  /** Runs until it is ended. */
  public static void main(String[] args) {
    System.setProperty("spring.config.name", "api-gateway");
    SpringApplication.run(GatewayConfiguration.class, args);
  }
}
