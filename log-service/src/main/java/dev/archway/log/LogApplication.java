package dev.archway.log;

import org.springframework.boot.SpringApplication;

/** Starts log-service alone. */
public final class LogApplication {
  private LogApplication() {}

  /** Runs until it is ended. */
  public static void main(String[] args) {
    System.setProperty("spring.config.name", "log-service");
    SpringApplication.run(LogConfiguration.class, args);
  }
}
