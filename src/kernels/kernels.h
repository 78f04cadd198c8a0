/* kernels.h: written by its owner. */
#ifndef TN_KERNELS_KERNELS_H
#define TN_KERNELS_KERNELS_H
typedef struct tn_kernels tn_kernels;
#endif
