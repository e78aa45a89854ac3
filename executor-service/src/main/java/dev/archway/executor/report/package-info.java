/** Finds the test reports that a step left in its workspace, and reads them. */
@NullMarked
package dev.archway.executor.report;

import org.jspecify.annotations.NullMarked;
