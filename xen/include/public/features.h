/* SPDX-License-Identifier: MIT */
/* Bit numbers of XENVER_get_features: what the guest may rely on. */
#ifndef XEN_PUBLIC_FEATURES_H
#define XEN_PUBLIC_FEATURES_H

#define XENFEAT_writable_page_tables       0
#define XENFEAT_writable_descriptor_tables 1
#define XENFEAT_auto_translated_physmap    2 /* guest frames are not machine frames */
#define XENFEAT_supervisor_mode_kernel     3
#define XENFEAT_pae_pgdir_above_4gb        4
#define XENFEAT_mmu_pt_update_preserve_ad  5
#define XENFEAT_highmem_assist             6
#define XENFEAT_gnttab_map_avail_bits      7
#define XENFEAT_hvm_callback_vector        8 /* events may arrive as a vector */
#define XENFEAT_hvm_safe_pvclock           9 /* vcpu_time_info is kept for HVM guests */
#define XENFEAT_hvm_pirqs                  10
#define XENFEAT_dom0                       11 /* this is dom0 */
#define XENFEAT_memory_op_vnode_supported  13
#define XENFEAT_ARM_SMCCC_supported        14
#define XENFEAT_linux_rsdp_unrestricted    15
#define XENFEAT_not_direct_mapped          16 /* guest frames never equal machine frames by design */
#define XENFEAT_direct_mapped              17 /* they always do */

#define XENFEAT_NR_SUBMAPS 1 /* 32-bit words that are defined */

#endif
