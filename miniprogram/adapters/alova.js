// SPDX-License-Identifier: MIT
/*
 * alova.js: alova on top of a client: its requests log in and renew as the
 * client's own do.
 *
 *   import { alovaAdapter } from 'wxlogin-miniprogram/adapters/alova'
 *   const alova = createAlova({ baseURL, requestAdapter: alovaAdapter(client) })
 *
 * A method's response is the client's reply {statusCode, header, data}.  With
 * requestType 'upload' (data: {filePath, name, ...form}) and 'download' it is
 * uploadFile and downloadFile, with progress.  Other options of the request
 * (needLogin, timeout, loading ...) are those of the method.
 */
'use strict'

const OPTIONS = ['needLogin', 'replay', 'byUser', 'loading', 'retry', 'unwrap', 'timeout', 'dataType', 'responseType', 'enableHttp2', 'enableChunked']

/** @param {{request: Function, uploadFile: Function, downloadFile: Function}} client of createClient */
function alovaAdapter(client) {
  return ({ url, type, data, headers }, { config }) => {
    const listeners = []
    const options = { url, header: Object.assign({}, headers), onTask: (task) => {
      if (config.onTask) config.onTask(task)
      if (task.onProgressUpdate) task.onProgressUpdate((event) => listeners.forEach((listener) => listener(event)))
    } }
    for (const name of OPTIONS) if (config[name] !== undefined) options[name] = config[name]
    const sending = start(client, config.requestType, options, type, data)
    const follow = (sent, expected) => (tell) => listeners.push((event) => tell(event[sent], event[expected]))
    return {
      response: () => sending,
      headers: () => sending.then(({ header }) => header || {}),
      abort: () => sending.abort(),
      onUpload: follow('totalBytesSent', 'totalBytesExpectedToSend'),
      onDownload: follow('totalBytesWritten', 'totalBytesExpectedToWrite')
    }
  }
}

function start(client, requestType, options, method, data) {
  if (requestType === 'download') return client.downloadFile(options)
  if (requestType !== 'upload') return client.request(Object.assign(options, { method, data }))
  const form = Object.assign({}, data)
  const { filePath, name } = form
  delete form.filePath
  delete form.name
  return client.uploadFile(Object.assign(options, { filePath, name, formData: form }))
}

module.exports = { alovaAdapter }
