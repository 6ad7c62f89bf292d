/* Clocks: wall and processor seconds. */
#ifndef KR_BASE_CLOCK_H
#define KR_BASE_CLOCK_H

double kr_wall_seconds(void); /* monotonic */
double kr_cpu_seconds(void);  /* of the whole process, all threads */

#endif
