/* A module's whole interface: what it should find, an error that a call reports, or an
   answer that is wrong without any error. */
enum { RIGHT, FAILS, WRONG };

#ifdef __cplusplus
extern "C"
#endif
int probe(void);
